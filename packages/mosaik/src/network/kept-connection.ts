import { TransportError, type BiStream, type CloseInfo, type Connection } from "@mosaik/iroh/transport";
import { DecodeError, Writer } from "@mosaik/postcard";
import { MosaikError, PeerId, type NetworkId } from "../primitives/index.js";
import { CLOSE, describeClose, type CloseCode } from "./close-codes.js";
import { NetworkError } from "./errors.js";
import { appendFrame } from "./framing.js";
import type { Link } from "./link.js";
import { StreamEnding } from "./link-ending.js";
import type { LocalNode } from "./local-node.js";
import { purposeReplyCodec, purposeRequestCodec, type PurposeRequest } from "./purpose.js";

/** The largest frame of `mosaik-ts/1`, in bytes: what is larger is sent in pieces, so that nothing holds up others or fills our memory. */
const KEPT_FRAME_MAX_BYTES = 128 * 1024;
/** How long the first frame of a stream, and the answer to it, may take, in ms. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** The side that dialled closes a connection that carried no stream for this long, in ms; the other waits twice as long. */
const IDLE_MS = 60_000;

/** A stream that a peer opened and that was accepted. */
export interface ServedStream {
  readonly link: Link;
  readonly connection: KeptConnection;
  /** The highest version that both speak. */
  readonly version: number;
  /** What the purpose adds to the first frame. */
  readonly body: Uint8Array;
}

/** How a node serves the streams of one purpose. */
export interface PurposeHandler {
  /** The highest version of it that this node speaks, from 1. */
  readonly version: number;
  /** Judges a stream of a member of the network before it is accepted. @returns the code to refuse it with; nothing to accept it */
  refusal?(opening: Pick<ServedStream, "connection" | "body">): CloseCode | undefined;
  /** Serves a stream of a member of the network. A DecodeError ends it with 400; what else it throws is reported, and the stream ends with 0. */
  serve(stream: ServedStream): void | Promise<void>;
}

/** A stream that this side opened: frames may be sent on it before the peer has accepted it. */
export interface OpenedStream {
  readonly link: Link;
  /** The version that is spoken. Rejects with NetworkError `refused` and the peer's code, `closed`, `timeout`, `protocolViolation`. */
  readonly accepted: Promise<number>;
}

/** What a kept connection needs of its surroundings. */
export interface KeptContext {
  readonly node: LocalNode;
  readonly purposes: ReadonlyMap<number, PurposeHandler>;
  /** Whether the catalog holds the peer: streams of others are refused with 401. */
  knows(peer: PeerId): boolean;
}

/** One connection of `mosaik-ts/1`: either side opens streams on it, each with a purpose and a close code of its own (spec 08 §1). */
export class KeptConnection {
  readonly peer: PeerId;
  readonly connection: Connection;
  /** When it was made, on the runtime's monotonic clock. */
  readonly openedAtMs: number;
  readonly #context: KeptContext;
  readonly #endings = new Set<StreamEnding>();
  #opening = 0;
  #lastUsedMs: number;
  #cancelIdle: (() => void) | undefined;

  constructor(context: KeptContext, connection: Connection) {
    this.#context = context;
    this.connection = connection;
    this.peer = PeerId.from(connection.remoteId);
    this.openedAtMs = context.node.runtime.monoMs();
    this.#lastUsedMs = this.openedAtMs;
    this.#watchIdle();
    void this.#acceptAll();
    void connection.closed.then((info) => this.#onClosed(info));
  }

  get isOpen(): boolean {
    return this.connection.closeInfo() === undefined;
  }

  /** Whether no stream is open on it. */
  get isIdle(): boolean {
    return this.#endings.size === 0 && this.#opening === 0;
  }

  /** When a stream was last opened or used, on the runtime's monotonic clock. */
  get lastUsedMs(): number {
    return this.#lastUsedMs;
  }

  /** Notes that a stream is in use. */
  touch(nowMs: number): void {
    this.#lastUsedMs = nowMs;
  }

  /**
   * Opens a stream for a purpose. Waits while the peer takes no more streams.
   *
   * @param version the highest that this side speaks
   * @throws NetworkError `closed`
   */
  async open(purpose: number, version: number, body: Uint8Array): Promise<OpenedStream> {
    const { node } = this.#context;
    this.#opening++;
    try {
      const stream = await this.connection.openBi();
      const link = this.#share(stream);
      link.sendFrames(...frameOf(node.networkId, purpose, version, body));
      const accepted = this.#answered(link);
      // Whoever does not look at the answer finds the link closed.
      accepted.catch(() => {});
      return { link, accepted };
    } catch (cause) {
      if (!(cause instanceof TransportError)) throw cause;
      throw this.#closedError(cause);
    } finally {
      this.#opening--;
      this.#watchIdle();
    }
  }

  /** Ends the connection and every stream on it. */
  close({ code, name }: CloseCode): void {
    this.connection.close(code, name);
  }

  async #answered(link: Link): Promise<number> {
    try {
      const { code, version } = await link.recv(purposeReplyCodec, { timeoutMs: HANDSHAKE_TIMEOUT_MS });
      if (code === 0) return version;
      link.close({ code, name: "" });
      const closeInfo = { by: "peer", code, reason: new Uint8Array(0) } as const;
      const message = `peer ${this.peer.short()} refused a stream: ${describeClose(closeInfo)}`;
      throw new NetworkError("refused", message, { peer: this.peer, closeInfo });
    } catch (error) {
      link.close(CLOSE.dropped);
      throw error;
    }
  }

  async #acceptAll(): Promise<void> {
    try {
      for (;;) void this.#serve(await this.connection.acceptBi());
    } catch (error) {
      // The connection is closed, which is told to whoever uses it.
      if (!(error instanceof TransportError)) throw error;
    }
  }

  async #serve(stream: BiStream): Promise<void> {
    const link = this.#share(stream);
    try {
      const served = await this.#admit(link);
      if (served !== undefined) await served.handler.serve(served.stream);
    } catch (error) {
      if (error instanceof DecodeError) return link.close(CLOSE.protocolViolation);
      link.close(CLOSE.dropped);
      if (!(error instanceof MosaikError)) {
        this.#context.node.runtime.report(error, `serving a stream of ${this.peer.short()}`);
      }
    }
  }

  /** Answers the first frame of a stream. @returns `undefined` if it was refused */
  async #admit(link: Link): Promise<{ handler: PurposeHandler; stream: ServedStream } | undefined> {
    const { node, purposes } = this.#context;
    if (!this.#context.knows(this.peer)) return this.#refuse(link, CLOSE.unknownPeer);
    const request: PurposeRequest = await link.recv(purposeRequestCodec, { timeoutMs: HANDSHAKE_TIMEOUT_MS });
    if (request.network !== node.networkId) return this.#refuse(link, CLOSE.differentNetwork);
    const handler = purposes.get(request.purpose);
    if (handler === undefined) return this.#refuse(link, CLOSE.unknownPurpose);
    if (request.version === 0) return this.#refuse(link, CLOSE.protocolViolation);
    const refusal = handler.refusal?.({ connection: this, body: request.body });
    if (refusal !== undefined) return this.#refuse(link, refusal);
    const version = Math.min(handler.version, request.version);
    answer(link, 0, version);
    return { handler, stream: { link, connection: this, version, body: request.body } };
  }

  /** Says why a stream is not served, and waits for its opener to let go of it, but not for ever. */
  async #refuse(link: Link, reason: CloseCode): Promise<undefined> {
    const { runtime, metrics } = this.#context.node;
    metrics.counter("mosaik.network.streams.refused", { code: String(reason.code) }).add();
    answer(link, reason.code, 0);
    const cancelTimer = runtime.after(HANDSHAKE_TIMEOUT_MS, () => link.close(reason));
    link.finish().catch(() => {});
    await link.closed;
    cancelTimer();
    return undefined;
  }

  #share(stream: BiStream): Link {
    const { node } = this.#context;
    const ending = new StreamEnding(stream);
    const link = node.share(this.connection, stream, ending, { receiveMaxBytes: KEPT_FRAME_MAX_BYTES });
    this.#endings.add(ending);
    this.touch(node.runtime.monoMs());
    this.#watchIdle();
    const info = this.connection.closeInfo();
    if (info !== undefined) ending.connectionClosed(info);
    void link.closed.then(() => {
      this.#endings.delete(ending);
      this.#watchIdle();
    });
    return link;
  }

  #watchIdle(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
    if (!this.isIdle || !this.isOpen) return;
    const afterMs = this.connection.side === "dialler" ? IDLE_MS : 2 * IDLE_MS;
    this.#cancelIdle = this.#context.node.runtime.after(afterMs, () => this.close(CLOSE.success));
  }

  #onClosed(info: CloseInfo): void {
    this.#cancelIdle?.();
    for (const ending of this.#endings) ending.connectionClosed(info);
  }

  #closedError(cause: TransportError): NetworkError {
    const closeInfo = cause.closeInfo ?? this.connection.closeInfo();
    const how = closeInfo === undefined ? "lost" : describeClose(closeInfo);
    const message = `the connection with peer ${this.peer.short()} was ${how}`;
    return new NetworkError("closed", message, { peer: this.peer, closeInfo, cause });
  }
}

function answer(link: Link, code: number, version: number): void {
  const writer = new Writer(16);
  const payloadBytes = appendFrame(writer, purposeReplyCodec, { code, version });
  link.sendFrames(writer.take(), payloadBytes);
}

function frameOf(
  network: NetworkId,
  purpose: number,
  version: number,
  body: Uint8Array,
): [frame: Uint8Array, payloadBytes: number] {
  const writer = new Writer(64);
  const payloadBytes = appendFrame(writer, purposeRequestCodec, { network, purpose, version, body });
  return [writer.take(), payloadBytes];
}
