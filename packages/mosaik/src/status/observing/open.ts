import { TransportError } from "@mosaik/iroh/transport";
import {
  ALPN,
  CLOSE,
  NetworkError,
  peerCloseCode,
  PURPOSE,
  type KeptConnection,
  type Link,
} from "../../network/index.js";
import { MosaikError, unlessAborted, type PeerId } from "../../primitives/index.js";
import { StatusError, type StatusErrorCode } from "../errors.js";
import { proofOn } from "../proof.js";
import { observeRequestCodec, STATUS_VERSION } from "../protocol.js";
import type { StatusContext } from "../status.js";

export interface OpenRequest {
  readonly peer: PeerId;
  readonly secret: Uint8Array | undefined;
  readonly intervalMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What a refusal means. */
const REFUSALS: Readonly<Record<number, readonly [code: StatusErrorCode, why: string]>> = {
  [CLOSE.unknownPurpose.code]: ["notServed", "tells nobody how it stands: it was not joined with `observe`"],
  [CLOSE.notAllowed.code]: [
    "notAllowed",
    "does not tell this node: give the secret that it was joined with, or have this node put on its list",
  ],
  [CLOSE.noCapacity.code]: ["noCapacity", "has as many observers as it takes"],
};

/** Opens the stream on which a node tells how it stands. @throws StatusError; the signal's reason */
export async function openStatus(context: StatusContext, request: OpenRequest): Promise<Link> {
  const { discovery } = context;
  const { peer, signal } = request;
  for (let isIntroduced = false; ; isIntroduced = true) {
    try {
      return await openOnce(context, request);
    } catch (error) {
      if (signal?.aborted === true || error instanceof StatusError) throw error;
      const code = error instanceof NetworkError ? peerCloseCode(error.closeInfo) : undefined;
      if (code !== CLOSE.unknownPeer.code || isIntroduced) throw asStatusError(error, peer);
      // It does not know us yet. What comes of this is seen by the next attempt.
      await discovery.syncWith(peer, signal === undefined ? {} : { signal }).catch(() => {});
    }
  }
}

async function openOnce({ node, kept }: StatusContext, request: OpenRequest): Promise<Link> {
  const { peer, secret, intervalMs, signal } = request;
  const connection = await reach(kept, peer, signal);
  const sighting = { network: node.networkId, observer: node.id, node: peer };
  const proof = secret === undefined ? undefined : proofOn(connection.connection, secret, sighting);
  const body = observeRequestCodec.encode({ proof, intervalMs });
  const { link, accepted } = await unlessAborted(connection.open(PURPOSE.status, STATUS_VERSION, body), signal);
  try {
    await unlessAborted(accepted, signal);
    return link;
  } catch (error) {
    link.close(CLOSE.cancelled);
    throw error;
  }
}

async function reach(
  kept: StatusContext["kept"],
  peer: PeerId,
  signal: AbortSignal | undefined,
): Promise<KeptConnection> {
  const rust = new StatusError("notServed", `peer ${peer.short()} does not speak mosaik-ts/1: it is a node of Rust`, {
    peer,
  });
  if (kept.isRust(peer)) throw rust;
  // Every node speaks `ping`: a dial that offers it beside `mosaik-ts/1` finds out what the peer is.
  const reached = await kept.connect(peer, ALPN.ping, { signal });
  if (reached.kind === "kept") return reached.connection;
  reached.connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
  throw rust;
}

/** Errors of the network in the words of this room. */
export function asStatusError(cause: unknown, peer: PeerId): unknown {
  if (cause instanceof TransportError && cause.code === "exporterUnavailable") {
    const message =
      "the transport exports no keying material: the secret cannot be shown. Have this node put on the peer's list instead.";
    return new StatusError("exporterUnavailable", message, { peer, cause });
  }
  if (!(cause instanceof MosaikError) && !(cause instanceof TransportError)) return cause;
  const refused = cause instanceof NetworkError ? peerCloseCode(cause.closeInfo) : undefined;
  const refusal = refused === undefined ? undefined : REFUSALS[refused];
  if (refusal !== undefined) return new StatusError(refusal[0], `peer ${peer.short()} ${refusal[1]}`, { peer, cause });
  return new StatusError(codeOf(cause), `peer ${peer.short()} cannot be looked at: ${cause.message}`, { peer, cause });
}

function codeOf({ code }: { readonly code: string }): StatusErrorCode {
  if (code === "timeout" || code === "protocolViolation" || code === "unreachable") return code;
  return "closed";
}
