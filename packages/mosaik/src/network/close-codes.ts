import type { CloseInfo } from "@mosaik/iroh/transport";

/** A reason for closing a connection: the number is compared, the name only informs (spec 01 §7). */
export interface CloseCode {
  readonly code: number;
  readonly name: string;
}

/** Every application close code on the wire of Mosaik (spec 01 §7). */
export const CLOSE = {
  /** The connection was dropped without a word: refused for want of room, too slow to say what it is for, or its process ended it. */
  dropped: { code: 0, name: "" },
  /** A protocol that this node did not expect on the connection. */
  invalidAlpn: { code: 100, name: "InvalidAlpn" },
  /** The peer is in another network. */
  differentNetwork: { code: 101, name: "DifferentNetwork" },
  /** Given up by this side: a consumer, a group or a network was closed, a call was given up. */
  cancelled: { code: 102, name: "Cancelled" },
  /** The peer ended its stream without a reason, as Rust producers do at their end. */
  unexpectedClose: { code: 103, name: "UnexpectedClose" },
  /** A ping, a sync or a call is done. */
  success: { code: 200, name: "Success" },
  /** A producer ended its stream in order. */
  gracefulShutdown: { code: 204, name: "GracefulShutdown" },
  /** What came is not what the protocol asks for: a frame that does not decode or is too large. */
  protocolViolation: { code: 400, name: "ProtocolViolation" },
  /** The peer is not in the catalog: catalogs are synced, and it is tried again. */
  unknownPeer: { code: 401, name: "UnknownPeer" },
  /** Of streams of `mosaik-ts/1` only: this node does not serve their purpose (spec 08 §1). */
  unknownPurpose: { code: 404, name: "UnknownPurpose" },
  /** Of streams of `mosaik-ts/1` only: their purpose is served, but not to this peer (spec 08 §3). */
  notAllowed: { code: 403, name: "NotAllowed" },
  /** Of streams of `mosaik-ts/1` only: others have all the places (spec 08 §3). */
  noCapacity: { code: 509, name: "NoCapacity" },
  /** The producer does not admit the consumer: a predicate, or a ticket. */
  streamNotAllowed: { code: 10403, name: "NotAllowed" },
  /** The stream is not produced here, or no more. */
  streamNotFound: { code: 10404, name: "StreamNotFound" },
  /** The consumer made no progress, or its queue was full. */
  streamTooSlow: { code: 10413, name: "TooSlow" },
  /** The producer has as many consumers as it takes. */
  streamNoCapacity: { code: 10509, name: "NoCapacity" },
  /** The handler does not admit the caller: a predicate, or a ticket. */
  functionNotAllowed: { code: 11403, name: "NotAllowed" },
  /** The function is not handled here, or no more. */
  functionNotFound: { code: 11404, name: "FunctionNotFound" },
  /** The handler threw something else than an `ApplicationError`. */
  functionHandlerFailure: { code: 11500, name: "HandlerFailure" },
  /** The handler has as many calls as it takes. */
  functionNoCapacity: { code: 11509, name: "NoCapacity" },
  /** The handshake of a bond is not one. */
  groupInvalidHandshake: { code: 30400, name: "InvalidHandshake" },
  /** A member of the group lacks a ticket. */
  groupNotAllowed: { code: 30403, name: "NotAllowed" },
  /** This node is not in the group. */
  groupNotFound: { code: 30404, name: "GroupNotFound" },
  /** The peer does not have the group's key. */
  groupInvalidProof: { code: 30405, name: "InvalidProof" },
  /** The handshake took too long, or the member fell silent. */
  groupTimeout: { code: 30408, name: "Timeout" },
  /** There is a bond with this member already. */
  groupAlreadyBonded: { code: 30429, name: "AlreadyBonded" },
} as const satisfies Record<string, CloseCode>;

const utf8 = new TextDecoder();
const names = new Map<number, string>(Object.values(CLOSE).map(({ code, name }) => [code, name]));

/** The code that the peer closed with; `undefined` if it was not the peer that closed. */
export function peerCloseCode(info: CloseInfo | undefined): number | undefined {
  return info?.by === "peer" ? info.code : undefined;
}

/** A close in words, for logs and errors. */
export function describeClose(info: CloseInfo): string {
  switch (info.by) {
    case "peer":
      return `closed by the peer with ${info.code} ${names.get(info.code) ?? utf8.decode(info.reason)}`.trimEnd();
    case "local":
      return `closed here with ${info.code} ${names.get(info.code) ?? utf8.decode(info.reason)}`.trimEnd();
    case "timeout":
      return "timed out";
    case "reset":
      return "reset by the peer";
    case "transport":
      return `transport failure${info.code === undefined ? "" : ` ${info.code}`}: ${info.message}`;
  }
}
