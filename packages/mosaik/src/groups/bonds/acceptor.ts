import { CLOSE, type CloseCode, type Link } from "../../network/index.js";
import { TransportError } from "../../runtime/index.js";
import { handshakeEndCodec, type HandshakeStart } from "../protocol.js";
import type { HandshakeContext } from "./context.js";
import { isProven, ownProof } from "./handshake.js";

/**
 * Takes or refuses a peer that knocked, in the order of spec 05 §4.3. That the network and the group are the right ones has been looked at.
 *
 * @returns when the link has ended
 * @throws TransportError `exporterUnavailable`
 */
export async function acceptMember(context: HandshakeContext, link: Link, start: HandshakeStart): Promise<void> {
  try {
    judge(context, link, start);
  } catch (error) {
    link.close(CLOSE.cancelled);
    // Where the link is lost the peer is gone already.
    if (!(error instanceof TransportError) || error.code === "exporterUnavailable") throw error;
  }
  await link.closed;
}

function judge(context: HandshakeContext, link: Link, start: HandshakeStart): void {
  const { membership, entries, candidates } = context;
  const { peer } = link;
  const refuse = (reason: CloseCode): void => {
    link.close(reason);
    context.onRefused(peer, reason.code, "us");
  };
  const entry = entries.get(peer);
  if (entry === undefined) return refuse(CLOSE.unknownPeer);
  // Both dialled at once, as a rule: nobody is unwanted.
  if (context.keepsBond(peer, entry)) return link.close(CLOSE.groupAlreadyBonded);
  if (!candidates.hasTickets(entry)) return refuse(CLOSE.groupNotAllowed);
  if (!isProven(membership, link, start)) return refuse(CLOSE.groupInvalidProof);
  const end = { proof: ownProof(membership, link), bonds: context.listed() };
  // Sent before this returns; whether the link lasts so long is told by its end.
  link.send(handshakeEndCodec, end).catch(() => {});
  context.onProven(link, "accepted", entry, start.bonds);
}
