import { Digest, type NetworkId, type PeerId } from "../../primitives/index.js";
import type { DateTime } from "@mosaik/postcard";
import type { Expiration } from "../../tickets/index.js";

/** What a quote is bound to (spec 07 §6.3). */
export interface TicketExtra {
  readonly peerId: PeerId;
  readonly networkId: NetworkId;
  /** When the node started, as its entry says. */
  readonly startedAt: DateTime;
  readonly quotedAt: DateTime;
  readonly expiration: Expiration;
}

const SEED = Digest.from("mosaik.tdx.ticket.extra");

/** The 64 bytes that the CPU signs along with the measurements: a digest of the extra, and zeros. Only whole seconds are bound, as in Rust. */
export function reportDataOf({ peerId, networkId, startedAt, quotedAt, expiration }: TicketExtra): Uint8Array {
  const { moment } = expiration;
  const digest = [
    peerId.bytes,
    networkId.bytes,
    int64(startedAt.seconds),
    int64(quotedAt.seconds),
    moment === undefined ? new Uint8Array(8) : int64(moment.seconds),
  ].reduce((sum, part) => sum.derive(part), SEED);
  const data = new Uint8Array(64);
  data.set(digest.bytes);
  return data;
}

function int64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes;
}
