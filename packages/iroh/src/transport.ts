/**
 * The contract of a transport: endpoints named by Ed25519 keys, connections between them, streams of bytes on those
 * (spec 01 §5.4, DESIGN §5). The native addon of this package and the memory network of the simulator both implement it;
 * `@mosaik/iroh/compliance` is the suite that proves an implementation.
 *
 * Bytes handed to a transport are copied before the call returns; bytes handed out belong to the receiver.
 */

/** A peer's Ed25519 public key as 64 lowercase hexadecimal characters. */
export type EndpointId = string;

/** Where a peer may be reached. Empty lists ask the transport to find out by itself, as far as it can. */
export interface EndpointAddr {
  readonly id: EndpointId;
  /** Relay servers, as WHATWG-normalised URLs (`http://127.0.0.1:3340/`). */
  readonly relayUrls: readonly string[];
  /** Socket addresses, `192.0.2.7:4433` or `[2001:db8::1]:4433`. */
  readonly directAddrs: readonly string[];
}

/** Why a connection ended. */
export type CloseInfo =
  /** The peer closed it with an application code (a QUIC variable-length integer, at most 2^32-1 here). */
  | { readonly by: "peer"; readonly code: number; readonly reason: Uint8Array }
  /** This side closed it, or closed its endpoint. */
  | { readonly by: "local"; readonly code: number; readonly reason: Uint8Array }
  /** Nothing was heard for the idle timeout. */
  | { readonly by: "timeout" }
  /** The peer lost its state (a stateless reset). */
  | { readonly by: "reset" }
  /** The transport failed: `code` is the QUIC transport error code where there is one. */
  | { readonly by: "transport"; readonly code?: number; readonly message: string };

export type TransportErrorCode =
  /** The connection or the endpoint is closed; `closeInfo` says why where a connection was. */
  | "closed"
  /** The caller's signal was aborted. */
  | "cancelled"
  /** No address is known for the peer. */
  | "noAddress"
  /** The peer serves none of the offered protocols. */
  | "alpnRefused"
  /** The peer did not answer, or the handshake failed. */
  | "unreachable"
  /** An endpoint dialled itself. */
  | "selfDial"
  /** The peer reset its side of the stream; `streamCode` is its code. */
  | "reset"
  /** The peer stopped reading the stream; `streamCode` is its code. */
  | "stopped"
  /** The stream was finished, reset or stopped by this side. */
  | "finished"
  /** An argument is unusable: a key of the wrong length, an address that does not parse, an unknown relay URL. */
  | "invalidArgument"
  /** The socket could not be bound. */
  | "bind"
  /** The peer ended its stream where the answer of an exchange was expected. */
  | "ended"
  /** The peer ended its stream inside the answer of an exchange. */
  | "truncated"
  /** The peer announced an answer of an exchange over the limit. */
  | "tooLarge"
  /** This transport has no TLS keying-material exporter. */
  | "exporterUnavailable";

/** What every operation of a transport throws or rejects with. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportErrorCode;
  /** Why the connection ended, where it did. */
  readonly closeInfo: CloseInfo | undefined;
  /** The code of a stream reset or stop, where that is the cause. */
  readonly streamCode: number | undefined;

  constructor(
    code: TransportErrorCode,
    message: string,
    details: { closeInfo?: CloseInfo | undefined; streamCode?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.closeInfo = details.closeInfo;
    this.streamCode = details.streamCode;
  }
}

export type RelayOption =
  /** No relay: peers are reached by direct addresses only. */
  | "none"
  /** The public relays of n0. */
  | "default"
  | CustomRelays;

/** Relays of one's own. */
export interface CustomRelays {
  /** Where they are; `http:` is allowed for a local development relay. */
  readonly urls: readonly string[];
  /**
   * Certificates in PEM that theirs are signed with, or theirs themselves: only these are trusted then. Default: the authorities that Mozilla
   * trusts.
   */
  readonly certificates?: readonly string[];
  /** The UDP port at which they tell an endpoint how it is seen (QUIC address discovery); `http:` relays have none. Default: 7842. */
  readonly quicPort?: number;
}

export interface EndpointOptions {
  /** The Ed25519 secret seed, 32 bytes; its public key is the endpoint's id. */
  readonly secretKey: Uint8Array;
  /** Protocols accepted, most preferred first: the acceptor's order decides when a dial offers several. */
  readonly alpns: readonly string[];
  /** Default: `"none"`. */
  readonly relay?: RelayOption;
  /** Socket addresses to bind, at most one of each family. Default: every interface, a free port. */
  readonly bindAddrs?: readonly string[];
  /** Bytes that a peer may send on one stream before we read. Default: 1 250 000. */
  readonly streamReceiveWindowBytes?: number;
  /** Bytes that we may have in flight on one connection. Default: 10 000 000. */
  readonly sendWindowBytes?: number;
  /** Streams of each direction that a peer may have open at once. Default: 100. */
  readonly maxIncomingStreams?: number;
  /** A connection without a sign of life for this long has ended, in ms. Default: 30 000. */
  readonly idleTimeoutMs?: number;
  /** Makes the endpoint known on the local network, and finds others there. Default: neither. */
  readonly mdns?: MdnsOptions;
}

/** Multicast DNS (RFC 6762, 6763): who asks for a service on the local network is told who offers it, and where. */
export interface MdnsOptions {
  /** The service: 1 to 15 lowercase letters, digits and hyphens. Endpoints with the same one find each other. */
  readonly serviceName: string;
  /**
   * Told of each endpoint that is found, and again where its addresses change. Anybody on the local network may have said so: a dial uses
   * nothing of it but what it is given.
   */
  readonly onPeer: (addr: EndpointAddr) => void;
}

/** One local identity with its socket. Holds every connection open until it is closed, whatever the garbage collector does. */
export interface Endpoint {
  readonly id: EndpointId;
  /** False where `Connection.exportKeyingMaterial` throws `exporterUnavailable`, whatever the connection. Default: true. */
  readonly hasExporter?: boolean;
  /** The addresses that are known now. */
  addr(): EndpointAddr;
  /**
   * Whether others can be expected to reach this endpoint: it is connected to one of its relays. Without relays it is online as long as it is
   * open.
   */
  isOnline(): boolean;
  /** Calls `listener` after each change of `addr()` or `isOnline()`, until the returned function is called. */
  watchAddr(listener: (addr: EndpointAddr) => void): () => void;
  /**
   * A hint that the network may have changed: interfaces, relays and paths are looked at again at once. Most changes are noticed without it, it does
   * no harm where there was none, and nothing once the endpoint is closed.
   */
  networkChange(): void;
  /**
   * Connects to a peer, offering `alpns`; the peer's preference decides among them (`Connection.alpn`).
   *
   * @throws TransportError `cancelled`, `noAddress`, `selfDial`, `alpnRefused`, `unreachable`, `invalidArgument`, or
   * `closed` with `closeInfo` where the peer closed during the handshake.
   */
  dial(addr: EndpointAddr, alpns: readonly string[], options?: { signal?: AbortSignal }): Promise<Connection>;
  /**
   * Sends one message on a connection of its own and takes one in return: a dial, a stream in both directions, `message` on it as it is,
   * and the first frame of what comes (its length in front in 4 bytes, big-endian: spec 01 §6.1). For
   * protocols of which every message costs a connection: one operation costs less than the single ones.
   *
   * @param message at least 1 byte: the frame or frames to be sent
   * @param answerBytesMax the longest answer that is taken, without its length, in bytes; at most 2^32-1
   * @throws TransportError `invalidArgument`, `closed` where the endpoint is
   */
  exchange(addr: EndpointAddr, alpn: string, message: Uint8Array, answerBytesMax: number): Exchange;
  /**
   * The next connection that a peer opened, its handshake done; `undefined` once the endpoint is closed. Handshakes run side
   * by side and one that fails is skipped, so that no peer delays another.
   */
  accept(): Promise<Connection | undefined>;
  /** Lets the process end while the endpoint is open. An open endpoint holds it otherwise. */
  unref(): void;
  /**
   * Closes every connection with code 0 and an empty reason, then the socket. Waits less than a second for the peers to hear of it.
   * Idempotent.
   */
  close(): Promise<void>;
}

/** One message and its answer on a connection of their own. Whoever begins it closes it, however it ended. */
export interface Exchange {
  /**
   * The answer, without its length. Rejects as `Endpoint.dial` does, or with `closed` and `closeInfo`, `ended`, `truncated`, `tooLarge`,
   * `reset`, `stopped`; `cancelled` where it was closed before. The connection stays open for `close` to say how it ends.
   */
  readonly answer: Promise<Uint8Array>;
  /** Whether the message, or a part of it, may have left this endpoint. Once closed it does not change any more. */
  readonly isSent: boolean;
  /**
   * Closes the connection, or ends the dial: what is not sent yet is not sent. A second close changes nothing.
   *
   * @param code of the application, an integer from 0 to 2^32-1
   */
  close(code: number, reason: string | Uint8Array): void;
}

/** An authenticated connection: the TLS handshake proved that the peer holds the key `remoteId`. */
export interface Connection {
  readonly remoteId: EndpointId;
  readonly alpn: string;
  /** Which side dialled. */
  readonly side: "dialler" | "acceptor";
  /** Opens a stream in both directions. The peer sees it with the first byte that is written to it. */
  openBi(): Promise<BiStream>;
  /**
   * The peer's next stream in both directions. A stream shows with its first byte, or with that of a stream opened after it; after
   * the peer has closed, streams that had arrived before can still be taken.
   *
   * @throws TransportError `closed`
   */
  acceptBi(): Promise<BiStream>;
  openUni(): Promise<SendStream>;
  acceptUni(): Promise<RecvStream>;
  /** Closes at once: bytes in flight may be lost. A second close changes nothing. */
  close(code: number, reason: string | Uint8Array): void;
  /** Resolves exactly once, with the first reason. Never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** The reason, once there is one. */
  closeInfo(): CloseInfo | undefined;
  /**
   * TLS exporter (RFC 8446 §7.5): both sides get the same bytes for the same label and context, and no other connection does.
   *
   * @param lengthBytes how many bytes to derive
   * @param label the label, as raw bytes
   * @param context the context, present even where it is empty
   * @throws TransportError `closed`; `exporterUnavailable` where the transport has none: see `Endpoint.hasExporter`
   */
  exportKeyingMaterial(lengthBytes: number, label: Uint8Array, context: Uint8Array): Uint8Array;
  /** Round-trip time of the selected path in microseconds; `undefined` while no path is selected. */
  rttMicros(): number | undefined;
  /** The path that is used now; `undefined` while none is selected. A connection may begin at a relay and become direct. */
  path(): ConnectionPath | undefined;
}

/** A way between two endpoints. */
export interface ConnectionPath {
  readonly kind: "direct" | "relay";
  /** The peer's socket address, or the relay's URL. */
  readonly remote: string;
}

export interface BiStream {
  readonly send: SendStream;
  readonly recv: RecvStream;
}

export interface SendStream {
  /**
   * Takes as many leading bytes as there is room for and says how many. Fewer than all: wait for `drained()`.
   *
   * @throws TransportError `closed`, `stopped`, `finished`.
   */
  tryWrite(bytes: Uint8Array): number;
  /** Resolves when there is room, at once if there is. Rejects with what `tryWrite` would throw. */
  drained(): Promise<void>;
  /** Ends the stream cleanly after all bytes taken so far. Idempotent; never throws. */
  finish(): void;
  /**
   * Resolves when the peer's transport has all bytes and the end of a finished stream. Rejects if it never will: with `finished`
   * after a reset of this side.
   */
  acknowledged(): Promise<void>;
  /** Drops the stream: the peer sees the code instead of an end. Idempotent. */
  reset(code: number): void;
}

/** How a receiving stream ended. */
export type StreamEnd =
  /** Everything that the peer wrote has been delivered. */
  | { readonly kind: "finished" }
  /** The peer reset the stream. */
  | { readonly kind: "reset"; readonly code: number }
  /** The connection ended first. */
  | { readonly kind: "closed"; readonly info: CloseInfo };

export interface RecvStream {
  /**
   * Begins delivery; once per stream. Chunks are never empty and together never exceed the credit that was granted; without
   * credit the peer is held back by flow control.
   *
   * @param onChunk called with each piece, in order
   * @param onEnd called exactly once, after the last chunk, unless `stop` was called first; while bytes wait for credit it waits too
   * @param creditBytes the credit to begin with
   * @throws TypeError when it has begun already
   */
  start(onChunk: (chunk: Uint8Array) => void, onEnd: (end: StreamEnd) => void, creditBytes: number): void;
  /** Adds credit. */
  grant(bytes: number): void;
  /**
   * Tells that the stream consists of frames from its first byte on, each with its length in front in 4 bytes, big-endian, and that
   * from now on the beginning of one is of no use: where it can, the transport keeps it until it has the rest, so that nobody has to put
   * frames together. A frame that begins within the credit may then go beyond it, by less than 256 KiB, on account of what is granted
   * next. Larger ones come in pieces, and so do those that are over a limit: they can be refused at once. Absent where chunks are cut as
   * they come.
   *
   * @param frameBytesMax the limit, the length in front included, from 1 to 2^32-1
   */
  cutAtFrames?(frameBytesMax: number): void;
  /** Refuses what is still to come: the peer's writes fail with the code. No callback runs after this. Idempotent. */
  stop(code: number): void;
}

/** Makes endpoints. */
export interface Transport {
  /** @throws TransportError `bind`, `invalidArgument`. */
  bind(options: EndpointOptions): Promise<Endpoint>;
}
