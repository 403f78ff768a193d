import type { CloseInfo } from "@mosaik/iroh/transport";

/** A reason for closing a connection: the number is compared, the name only informs (spec 01 §7). */
export interface CloseCode {
  readonly code: number;
  readonly name: string;
}

/** Every application close code on the wire of Mosaik (spec 01 §7). */
export const CLOSE = {
  dropped: { code: 0, name: "" },
  invalidAlpn: { code: 100, name: "InvalidAlpn" },
  differentNetwork: { code: 101, name: "DifferentNetwork" },
  cancelled: { code: 102, name: "Cancelled" },
  unexpectedClose: { code: 103, name: "UnexpectedClose" },
  success: { code: 200, name: "Success" },
  gracefulShutdown: { code: 204, name: "GracefulShutdown" },
  protocolViolation: { code: 400, name: "ProtocolViolation" },
  unknownPeer: { code: 401, name: "UnknownPeer" },
  /** Of streams of `mosaik-ts/1` only: this node does not serve their purpose (spec 08 §1). */
  unknownPurpose: { code: 404, name: "UnknownPurpose" },
  /** Of streams of `mosaik-ts/1` only: their purpose is served, but not to this peer (spec 08 §3). */
  notAllowed: { code: 403, name: "NotAllowed" },
  /** Of streams of `mosaik-ts/1` only: others have all the places (spec 08 §3). */
  noCapacity: { code: 509, name: "NoCapacity" },
  streamNotAllowed: { code: 10403, name: "NotAllowed" },
  streamNotFound: { code: 10404, name: "StreamNotFound" },
  streamTooSlow: { code: 10413, name: "TooSlow" },
  streamNoCapacity: { code: 10509, name: "NoCapacity" },
  functionNotAllowed: { code: 11403, name: "NotAllowed" },
  functionNotFound: { code: 11404, name: "FunctionNotFound" },
  functionHandlerFailure: { code: 11500, name: "HandlerFailure" },
  functionNoCapacity: { code: 11509, name: "NoCapacity" },
  groupInvalidHandshake: { code: 30400, name: "InvalidHandshake" },
  groupNotAllowed: { code: 30403, name: "NotAllowed" },
  groupNotFound: { code: 30404, name: "GroupNotFound" },
  groupInvalidProof: { code: 30405, name: "InvalidProof" },
  groupTimeout: { code: 30408, name: "Timeout" },
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
