import { CLOSE, type SignedPeerEntry } from "../../network/index.js";
import { MosaikError, type PeerId } from "../../primitives/index.js";
import type { HandshakeContext, Membership } from "./context.js";
import type { DialResult } from "./dialer.js";
import { shakeHands } from "./handshake.js";

/** How often one dial introduces us to a peer that does not know us. */
const INTRODUCTIONS_MAX = 2;

/** Codes by which a peer says that it does not want us, and will not before something changes. */
const LASTING = new Set<number>([
  CLOSE.invalidAlpn.code,
  CLOSE.differentNetwork.code,
  CLOSE.protocolViolation.code,
  CLOSE.groupNotAllowed.code,
  CLOSE.groupNotFound.code,
  CLOSE.groupInvalidProof.code,
]);
/** Codes by which a peer does not refuse us, but is gone or slow. */
const PASSING = new Set<number>([CLOSE.cancelled.code, CLOSE.unexpectedClose.code, CLOSE.groupTimeout.code]);

/** Whether a close code says that one does not want the other, and that asking again soon is of no use. */
export function isLastingRefusal(code: number | undefined): boolean {
  return code !== undefined && LASTING.has(code);
}

/** Dials a member once: as the initiator of a handshake, in the order of spec 05 §4.4. */
export async function dialMember(context: HandshakeContext, peer: PeerId, signal: AbortSignal): Promise<DialResult> {
  const { membership, entries, candidates } = context;
  for (let introductions = 0; ; introductions++) {
    const entry = entries.get(peer);
    if (entry === undefined || !candidates.hasTickets(entry)) return "refused";
    const { addrs } = entry.entry.address;
    const dialled = await shakeHands(membership, peer, addrs, () => context.listed(), signal);
    switch (dialled.kind) {
      case "proven":
        context.onProven(dialled.link, "dialled", entries.get(peer) ?? entry, dialled.end.bonds);
        return "bonded";
      case "stranger":
        if (introductions >= INTRODUCTIONS_MAX || !(await introduce(membership, entry, signal))) return "failed";
        break;
      case "refused":
        // Who has a bond with us refuses another.
        if (context.isBondedWith(peer)) return "bonded";
        if (PASSING.has(dialled.code)) return dialled.code === CLOSE.groupTimeout.code ? "late" : "failed";
        context.onRefused(peer, dialled.code, dialled.by);
        return isLastingRefusal(dialled.code) ? "refused" : "failed";
      case "late":
      case "failed":
        return dialled.kind;
    }
  }
}

/** Makes this node known to a peer that does not know it. @returns whether it worked */
async function introduce({ discovery }: Membership, { entry }: SignedPeerEntry, signal: AbortSignal): Promise<boolean> {
  try {
    await discovery.syncWith(entry.address, { signal });
    return true;
  } catch (error) {
    if (!(error instanceof MosaikError)) throw error;
    return false;
  }
}
