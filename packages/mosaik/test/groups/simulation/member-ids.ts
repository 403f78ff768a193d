import { PeerId } from "../../../src/primitives/index.js";

const peerIds: PeerId[] = [];
const numbers = new Map<PeerId, number>();

/** The id of the member with a number: in the order of the numbers. */
export function peerOf(number: number): PeerId {
  while (peerIds.length <= number) {
    const id = PeerId.fromBytes(new Uint8Array(32).fill(peerIds.length + 1));
    numbers.set(id, peerIds.length);
    peerIds.push(id);
  }
  return peerIds[number]!;
}

export function numberOf(peer: PeerId): number {
  return numbers.get(peer)!;
}
