import type { PeerId } from "../primitives/index.js";

/**
 * A small set of peers in the order of Rust's `IndexSet`: the last one takes the place of one that is removed. The order shows on the
 * wire, in the order of messages.
 */
export class View {
  readonly #peers: PeerId[] = [];

  get size(): number {
    return this.#peers.length;
  }

  get peers(): readonly PeerId[] {
    return this.#peers;
  }

  has(peer: PeerId): boolean {
    return this.#peers.includes(peer);
  }

  add(peer: PeerId): void {
    if (!this.has(peer)) this.#peers.push(peer);
  }

  delete(peer: PeerId): boolean {
    const index = this.#peers.indexOf(peer);
    if (index < 0) return false;
    const last = this.#peers.pop()!;
    if (index < this.#peers.length) this.#peers[index] = last;
    return true;
  }

  /** All but those that `isLeftOut` names. */
  without(isLeftOut: (peer: PeerId) => boolean): PeerId[] {
    return this.#peers.filter((peer) => !isLeftOut(peer));
  }
}
