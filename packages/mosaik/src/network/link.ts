import type { BiStream, CloseInfo, Connection, RecvStream, StreamEnd } from "@mosaik/iroh/transport";
import { DecodeError, Writer, type Codec } from "@mosaik/postcard";
import { PeerId } from "../primitives/index.js";
import type { Metrics } from "../metrics/index.js";
import type { Runtime } from "../runtime/index.js";
import { CLOSE, describeClose, type CloseCode } from "./close-codes.js";
import { NetworkError } from "./errors.js";
import {
  appendFrame,
  eachFrame,
  FRAME_HEADER_BYTES,
  FrameDecoder,
  FrameTooLarge,
  type OnFrame,
  type OnRun,
} from "./framing.js";
import { ConnectionEnding, type LinkEnding } from "./link-ending.js";
import { LinkWriter } from "./link-writer.js";
import { PulledFrames } from "./pulled-frames.js";
import { ReceiveCredit } from "./receive-credit.js";

/** What a link needs of its surroundings. */
export interface LinkContext {
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  /** The largest payload accepted and sent, in bytes. */
  readonly frameLimitBytes: number;
}

/** How the incoming half of a link ended. */
export type LinkEnd =
  /** The peer ended its stream at a frame boundary. */
  | { readonly kind: "ended" }
  /** The stream ended or was reset inside a frame, or reset at all. */
  | { readonly kind: "truncated" }
  /** The peer announced a frame over the limit; the link was closed with 400. */
  | { readonly kind: "violation"; readonly error: FrameTooLarge }
  /** The link is closed. */
  | { readonly kind: "closed"; readonly info: CloseInfo };

/** Who gets the frames of a link from now on. */
export interface FrameSink {
  readonly onFrame: OnFrame;
  /** Gets frames that came together in one call, instead of `onFrame`. */
  readonly onRun?: OnRun;
  /** After the frames of each chunk: how many bytes of credit they cost, to be given back through `release`. */
  onDelivered(bytes: number): void;
  onEnd(end: LinkEnd): void;
}

/** Credit while messages are asked for one at a time, in bytes. */
const PULL_WINDOW_BYTES = 64 * 1024;

export interface LinkOptions {
  /** The largest message that is received, in bytes, where that is less than the network's limit. */
  readonly receiveMaxBytes?: number | undefined;
  /** What `close` ends. Default: the connection, which is the link's own. */
  readonly ending?: LinkEnding;
}

/**
 * One stream of framed messages with one peer, and the close code it ends with (spec 01 §6): that of a connection of its own, or of
 * its stream on a connection that is shared (spec 08 §1). Protocols ask for messages one at a time with `recv`, or take them all as
 * they come with `receive`.
 */
export class Link {
  readonly peer: PeerId;
  readonly connection: Connection;
  readonly writer: LinkWriter;
  readonly #context: LinkContext;
  readonly #ending: LinkEnding;
  readonly #recv: RecvStream;
  readonly #receiveMaxBytes: number;
  readonly #decoder: FrameDecoder;
  readonly #ingress: { add(amount: number): void };
  readonly #egress: { add(amount: number): void };
  readonly #pulled: PulledFrames;
  #end: LinkEnd | undefined;
  #sink: FrameSink | undefined;
  readonly #credit: ReceiveCredit;
  #isFinished = false;

  constructor(context: LinkContext, connection: Connection, stream: BiStream, options: LinkOptions = {}) {
    this.#context = context;
    this.connection = connection;
    this.peer = PeerId.from(connection.remoteId);
    this.#ending = options.ending ?? new ConnectionEnding(connection);
    this.#recv = stream.recv;
    this.#receiveMaxBytes = Math.min(context.frameLimitBytes, options.receiveMaxBytes ?? Infinity);
    this.#decoder = new FrameDecoder(this.#receiveMaxBytes);
    this.#ingress = context.metrics.counter("mosaik.network.ingress.bytes");
    this.#egress = context.metrics.counter("mosaik.network.egress.bytes");
    this.writer = new LinkWriter(stream.send, ({ code, streamCode }) => {
      if (code === "stopped" && streamCode !== undefined) this.#ending.streamRefused(streamCode);
    });
    this.#credit = new ReceiveCredit(PULL_WINDOW_BYTES, (bytes) => {
      if (this.#end === undefined) stream.recv.grant(bytes);
    });
    this.#pulled = new PulledFrames(context.runtime, (bytes) => this.#credit.release(bytes));
    this.#ending.onStreamClosed = (info) => this.#onEnd({ kind: "closed", info });
    stream.recv.start(
      (chunk) => this.#onChunk(chunk),
      (end) => this.#onStreamEnd(end),
      PULL_WINDOW_BYTES,
    );
  }

  /** Why the link ended; resolves once, never rejects. */
  get closed(): Promise<CloseInfo> {
    return this.#ending.closed;
  }

  /** Why the link ended, once it has. */
  closeInfo(): CloseInfo | undefined {
    return this.#ending.closeInfo();
  }

  /**
   * Sends one message; resolves when the transport has taken it.
   *
   * @param options.timeoutMs how long the peer may hold it up, in ms. Default: for ever
   * @throws NetworkError `tooLarge` before anything was sent; `timeout`; `closed` when the link ended
   */
  async send<T>(codec: Codec<T>, value: T, options: { timeoutMs?: number } = {}): Promise<void> {
    const writer = new Writer();
    const payloadBytes = appendFrame(writer, codec, value);
    if (payloadBytes > this.#context.frameLimitBytes) {
      throw new NetworkError("tooLarge", `a message of ${payloadBytes} bytes is over the limit`, { peer: this.peer });
    }
    this.sendFrames(writer.take(), payloadBytes);
    const { timeoutMs } = options;
    let isLate = false;
    const cancelTimer =
      timeoutMs === undefined
        ? undefined
        : this.#context.runtime.after(timeoutMs, () => {
            isLate = true;
            this.close(CLOSE.dropped);
          });
    try {
      await this.writer.idle();
    } catch (cause) {
      if (isLate) throw this.#error("timeout", `peer ${this.peer.short()} took nothing for ${timeoutMs} ms`, cause);
      throw this.#lost(cause);
    } finally {
      cancelTimer?.();
    }
  }

  /** Writes whole frames as they are. @param payloadBytes how many of the bytes are not headers */
  sendFrames(frames: Uint8Array, payloadBytes: number, onTaken?: () => void): void {
    this.#egress.add(payloadBytes);
    this.writer.write(frames, onTaken);
  }

  /**
   * The next message. Bytes behind the value in its frame are ignored, as Rust does.
   *
   * @param options.timeoutMs how long to wait, in ms. Default: for ever
   * @throws NetworkError `timeout`; `closed`, `ended` (the link was closed with 103), `truncated`; `protocolViolation` (the link
   * was closed with 400)
   */
  async recv<T>(codec: Codec<T>, options: { timeoutMs?: number } = {}): Promise<T> {
    const frame = await this.#wait(options.timeoutMs, () => this.#pulled.take());
    try {
      return codec.decode(frame);
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause;
      this.close(CLOSE.protocolViolation);
      throw this.#error("protocolViolation", `peer ${this.peer.short()} sent a message that does not decode`, cause);
    }
  }

  /**
   * Looks at the beginning of the next message without taking it, before all of it is here.
   *
   * @param options.timeoutMs how long to wait, in ms. Default: for ever
   * @returns at least `count` bytes, unless the message is shorter; and how long it is
   * @throws as `recv`
   */
  async peek(count: number, options: { timeoutMs?: number } = {}): Promise<{ bytes: Uint8Array; lengthBytes: number }> {
    return this.#wait(options.timeoutMs, () => {
      const whole = this.#pulled.first;
      if (whole !== undefined) return { bytes: whole, lengthBytes: whole.length };
      const begun = this.#decoder.begun;
      return begun !== undefined && begun.bytes.length >= count ? begun : undefined;
    });
  }

  /**
   * Hands every frame from now on to `sink`, including those that have arrived already. Their credit comes back only through
   * `release`: a sink that does not release holds the peer back.
   *
   * @param windowBytes how many bytes may be on their way unreleased
   */
  receive(sink: FrameSink, windowBytes: number): void {
    this.#sink = sink;
    this.#recv.cutAtFrames?.(Math.min(this.#receiveMaxBytes + FRAME_HEADER_BYTES, 2 ** 32 - 1));
    this.#credit.widen(windowBytes);
    const heldBytes = this.#pulled.handOver((frame) => sink.onFrame(frame, 0, frame.length));
    if (heldBytes > 0) sink.onDelivered(heldBytes);
    if (this.#end !== undefined) sink.onEnd(this.#end);
    // A sink that releases nothing is to hear of the end all the same.
    else void this.closed.then(() => this.#credit.open());
  }

  /** Gives credit back for bytes that the sink has dealt with. */
  release(bytes: number): void {
    if (bytes > 0) this.#credit.release(bytes);
  }

  /** Ends the stream cleanly behind what was sent, and resolves when the peer's transport has it all. @throws TransportError */
  async finish(): Promise<void> {
    this.#isFinished = true;
    await this.writer.finish();
    if (this.#end?.kind === "ended") this.#ending.streamFinished();
  }

  /** Closes the link; what is in flight may be lost. A second close changes nothing. */
  close(reason: CloseCode): void {
    this.#ending.close(reason);
  }

  /** @throws NetworkError as `recv` */
  async #wait<T>(timeoutMs: number | undefined, take: () => T | undefined): Promise<T> {
    const taken = await this.#pulled.wait(timeoutMs, take, () => {
      if (this.#end !== undefined) throw this.#endError(this.#end);
    });
    if (taken !== undefined) return taken;
    throw this.#error("timeout", `peer ${this.peer.short()} sent nothing for ${timeoutMs} ms`);
  }

  #onChunk(chunk: Uint8Array): void {
    if (this.#end !== undefined) return;
    let framed = 0;
    let payload = 0;
    try {
      this.#decoder.pushRuns(chunk, (bytes, start, end, count) => {
        framed += FRAME_HEADER_BYTES + end - start;
        payload += end - start - FRAME_HEADER_BYTES * (count - 1);
        if (this.#sink?.onRun !== undefined) this.#sink.onRun(bytes, start, end, count);
        else eachFrame(bytes, start, end, this.#sink?.onFrame ?? this.#onFrame);
      });
    } catch (error) {
      if (!(error instanceof FrameTooLarge)) throw error;
      this.close(CLOSE.protocolViolation);
      return this.#onEnd({ kind: "violation", error });
    }
    this.#ingress.add(payload);
    this.#credit.received(chunk.length, this.#decoder.missingBytes);
    if (this.#sink !== undefined) return framed > 0 ? this.#sink.onDelivered(framed) : undefined;
    this.#pulled.arrived(framed);
  }

  readonly #onFrame: OnFrame = (bytes, start, end) => this.#pulled.push(bytes.subarray(start, end));

  #onStreamEnd(end: StreamEnd): void {
    if (end.kind === "closed") return this.#onEnd({ kind: "closed", info: end.info });
    if (end.kind === "reset") this.#ending.streamRefused(end.code);
    const info = this.#ending.closeInfo();
    if (end.kind === "reset" && info !== undefined) return this.#onEnd({ kind: "closed", info });
    if (end.kind === "reset" || this.#decoder.isMidFrame) return this.#onEnd({ kind: "truncated" });
    if (this.#isFinished) this.#ending.streamFinished();
    this.#onEnd({ kind: "ended" });
  }

  #onEnd(end: LinkEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    if (this.#sink !== undefined) this.#sink.onEnd(end);
    else this.#pulled.wake();
  }

  #endError(end: LinkEnd): NetworkError {
    switch (end.kind) {
      case "closed":
        return this.#lost(undefined, end.info);
      case "ended":
        this.close(CLOSE.unexpectedClose);
        return this.#error("ended", `peer ${this.peer.short()} ended the stream where a message was expected`);
      case "truncated":
        return this.#error("truncated", `peer ${this.peer.short()} ended the stream inside a message`);
      case "violation":
        return this.#error("protocolViolation", end.error.message, end.error);
    }
  }

  /** @param closeInfo why; of a shared connection a stream may know it before the link is told */
  #lost(cause: unknown, closeInfo = this.closeInfo()): NetworkError {
    const how = closeInfo === undefined ? "lost" : describeClose(closeInfo);
    const message = `the connection with peer ${this.peer.short()} was ${how}`;
    return new NetworkError("closed", message, { peer: this.peer, closeInfo, cause });
  }

  #error(code: NetworkError["code"], message: string, cause?: unknown): NetworkError {
    return new NetworkError(code, message, { peer: this.peer, closeInfo: this.closeInfo(), cause });
  }
}
