import type { Codec } from "@mosaik/postcard";
import {
  ALPN,
  CLOSE,
  NetworkError,
  peerCloseCode,
  type Link,
  type LocalNode,
  type TransportAddr,
} from "../../network/index.js";
import { MosaikError, type Digest, type PeerId } from "../../primitives/index.js";
import { TransportError } from "../../runtime/index.js";
import { handshakeEndCodec, handshakeStartCodec, type HandshakeEnd, type HandshakeStart } from "../protocol.js";
import type { Membership } from "./context.js";
import { isSameProof, proofOn } from "./proof.js";

/** The largest handshake that is taken, in bytes: a thousand members with a ticket or two. */
export const HANDSHAKE_MAX_BYTES = 4 * 1024 * 1024;

/**
 * The first message of a link that was accepted. Closes it where there is none, as spec 05 §4.3 says.
 *
 * @throws NetworkError, the link is closed then
 */
export async function receiveHandshakeStart(node: LocalNode, link: Link, timeoutMs: number): Promise<HandshakeStart> {
  try {
    return await receive(node, link, handshakeStartCodec, timeoutMs);
  } catch (error) {
    if (error instanceof NetworkError && error.code === "timeout") link.close(CLOSE.groupTimeout);
    else link.close(CLOSE.groupInvalidHandshake);
    throw error;
  }
}

/** Whether what the peer sent shows that it has the group's key. @throws TransportError `closed`, `exporterUnavailable` */
export function isProven({ groupId, key }: Membership, link: Link, { proof }: HandshakeEnd): boolean {
  return isSameProof(proof, proofOn(link.connection, groupId, key, link.peer));
}

/** Our own proof for a connection. @throws TransportError as `isProven` */
export function ownProof({ node, groupId, key }: Membership, link: Link): Digest {
  return proofOn(link.connection, groupId, key, node.id);
}

/** What became of a handshake that we began. */
export type Dialled =
  | { readonly kind: "proven"; readonly link: Link; readonly end: HandshakeEnd }
  /** The peer does not know us. */
  | { readonly kind: "stranger" }
  | { readonly kind: "refused"; readonly code: number; readonly by: "us" | "peer" }
  /** The peer took the connection, but not the handshake in time, or closed without a reason as one does that has no place. */
  | { readonly kind: "late" }
  /** There was no answer. */
  | { readonly kind: "failed" };

/**
 * Dials a peer and shakes hands, in the order of spec 05 §4.4. Throws nothing but defects, of the transport's too:
 * one that has no keying material is to say so before.
 *
 * @param bonds our bonds as of the moment they are sent
 */
export async function shakeHands(
  context: Membership,
  peer: PeerId,
  addrs: readonly TransportAddr[],
  bonds: () => HandshakeEnd["bonds"],
  signal: AbortSignal,
): Promise<Dialled> {
  const { node, groupId, handshakeTimeoutMs } = context;
  let link: Link | undefined;
  try {
    // An attempt that lasts sends less and less often: what is lost for seconds, as in a cut, is better begun anew. Connecting
    // takes one round trip, as the answer below does: who cannot connect in this time could not answer in it either.
    link = await node.open(peer, ALPN.groups, { addrs, signal, timeoutMs: handshakeTimeoutMs });
    const proof = ownProof(context, link);
    const start = { network: node.networkId, group: groupId, proof, bonds: bonds() };
    await link.send(handshakeStartCodec, start, { timeoutMs: handshakeTimeoutMs });
    const end = await receive(node, link, handshakeEndCodec, handshakeTimeoutMs);
    if (isProven(context, link, end)) return { kind: "proven", link, end };
    link.close(CLOSE.groupInvalidProof);
    return { kind: "refused", code: CLOSE.groupInvalidProof.code, by: "us" };
  } catch (error) {
    const info = link?.closeInfo() ?? (error instanceof NetworkError ? error.closeInfo : undefined);
    link?.close(CLOSE.dropped);
    if (!(error instanceof MosaikError) && !(error instanceof TransportError)) throw error;
    if (error.code === "exporterUnavailable") throw error;
    const code = peerCloseCode(info);
    if (code === CLOSE.unknownPeer.code) return { kind: "stranger" };
    if (code !== undefined && code !== CLOSE.dropped.code) return { kind: "refused", code, by: "peer" };
    if (info?.by === "local" && info.code === CLOSE.protocolViolation.code) {
      return { kind: "refused", code: CLOSE.protocolViolation.code, by: "us" };
    }
    if (link === undefined || signal.aborted) return { kind: "failed" };
    return { kind: "late" };
  }
}

/** A handshake that is larger than it can be is refused before it is here. @throws NetworkError as `Link.recv` */
async function receive<T>(node: LocalNode, link: Link, codec: Codec<T>, timeoutMs: number): Promise<T> {
  const { runtime } = node;
  const beganMs = runtime.monoMs();
  const { lengthBytes } = await link.peek(1, { timeoutMs });
  if (lengthBytes <= HANDSHAKE_MAX_BYTES) {
    return link.recv(codec, { timeoutMs: Math.max(0, timeoutMs - (runtime.monoMs() - beganMs)) });
  }
  link.close(CLOSE.protocolViolation);
  throw new NetworkError("protocolViolation", `peer ${link.peer.short()} sent a handshake of ${lengthBytes} bytes`, {
    peer: link.peer,
    closeInfo: link.closeInfo(),
  });
}
