import { DecodeError, Reader } from "@mosaik/postcard";
import {
  CLOSE,
  NetworkError,
  peerCloseCode,
  type KeptConnection,
  type LinkEnd,
  type OpenedStream,
} from "../network/index.js";
import type { AttemptSink } from "./attempt.js";
import { FrameBatch } from "./frame-batch.js";
import type { FunctionId } from "./ids.js";
import { sendParcel, type Parcels } from "./parcels.js";
import { CANCEL, INLINE_MAX_BYTES, readId, REPLY, writeCallHead, writeId } from "./protocol.js";
import type { Runtime } from "../runtime/index.js";

/** Bytes of answers that may be on their way. */
const WINDOW_BYTES = 1024 * 1024;
/** A stream without calls for this long is ended, in ms. */
const IDLE_MS = 30_000;

interface Pending {
  readonly sink: AttemptSink;
  /** When the caller waits no longer, on the runtime's monotonic clock. */
  readonly dueMs: number;
  /** Ends what is under way for a payload on a stream of its own. */
  parcel: AbortController | undefined;
}

/** What a session needs of its surroundings. */
export interface SessionContext {
  readonly runtime: Runtime;
  readonly frameLimitBytes: number;
}

/** The calls of this node to one other TypeScript node, on one stream (spec 08 §2). */
export class CallSession {
  readonly connection: KeptConnection;
  readonly #context: SessionContext;
  readonly #stream: OpenedStream;
  readonly #session: number;
  readonly #parcels: Parcels;
  readonly #batch: FrameBatch;
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #isAccepted = false;
  #isOpen = true;
  #lastUsedMs: number;
  #cancelIdle: () => void;

  constructor(
    context: SessionContext,
    connection: KeptConnection,
    stream: OpenedStream,
    session: number,
    parcels: Parcels,
  ) {
    this.#context = context;
    this.connection = connection;
    this.#stream = stream;
    this.#session = session;
    this.#parcels = parcels;
    this.#batch = new FrameBatch(stream.link);
    this.#lastUsedMs = context.runtime.monoMs();
    this.#cancelIdle = context.runtime.after(IDLE_MS, () => this.#checkIdle());
    stream.accepted.then(
      () => this.#onAccepted(),
      (error: unknown) => this.#fail(error),
    );
  }

  /** Whether calls can be made on it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Makes a call.
   *
   * @param timeoutMs how long the caller waits from now on, in ms
   * @returns the call's id, for `cancel`
   */
  call(
    sink: AttemptSink,
    functionId: FunctionId,
    payload: Uint8Array,
    nowMs: number,
    timeoutMs: number,
    traceparent: string | undefined,
  ): number {
    const id = ++this.#lastId;
    const isInline = payload.length <= INLINE_MAX_BYTES;
    const pending: Pending = { sink, dueMs: nowMs + timeoutMs, parcel: undefined };
    this.#pending.set(id, pending);
    this.#lastUsedMs = nowMs;
    const batch = this.#batch;
    const start = batch.begin();
    const parcelBytes = isInline ? undefined : payload.length;
    writeCallHead(batch.writer, { id, functionId, timeoutMs: Math.ceil(timeoutMs), traceparent, parcelBytes });
    if (isInline) batch.writer.raw(payload);
    batch.end(start);
    if (!isInline) void this.#sendParcel(id, pending, payload);
    return id;
  }

  /** The caller wants no answer any more; its sink is told nothing more. */
  cancel(id: number): void {
    const pending = this.#take(id);
    if (pending === undefined || !this.#isOpen) return;
    const batch = this.#batch;
    const start = batch.begin();
    batch.writer.u8(CANCEL);
    writeId(batch.writer, id);
    batch.end(start);
  }

  /** Gives up every call, and ends the stream. */
  close(): void {
    this.#fail(new NetworkError("closed", "the network is closed"));
  }

  #onAccepted(): void {
    if (!this.#isOpen) return;
    this.#isAccepted = true;
    this.#stream.link.receive(
      {
        onFrame: (bytes, start, end) => this.#onFrame(bytes, start, end),
        onDelivered: (bytes) => this.#stream.link.release(bytes),
        onEnd: (end) => this.#onEnd(end),
      },
      WINDOW_BYTES,
    );
  }

  #onFrame(bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#reader;
    try {
      reader.reset(bytes, start, end);
      const id = readId(reader);
      const kind = reader.u8();
      // An answer to a call that was given up is a stray.
      const isStray = !this.#pending.has(id);
      if (kind === REPLY.ok || kind === REPLY.error) {
        if (!isStray) this.#take(id)!.sink.answered(kind === REPLY.error, reader);
      } else if (kind === REPLY.refused) {
        const code = reader.u32();
        const mayHaveRun = reader.u8() !== 0;
        if (!isStray) this.#take(id)!.sink.refused(code, mayHaveRun);
      } else if (kind === REPLY.okParcel || kind === REPLY.errorParcel) {
        const length = reader.u64Number();
        if (!isStray) void this.#takeParcel(id, kind === REPLY.errorParcel, length);
      } else {
        throw reader.error("invalidValue", `an answer of kind ${kind}`);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) this.#context.runtime.report(error, "the answer to a call");
      this.#stream.link.close(CLOSE.protocolViolation);
      const { peer } = this.connection;
      this.#fail(new NetworkError("protocolViolation", "an answer to a call does not decode", { peer, cause: error }));
    }
  }

  async #sendParcel(id: number, pending: Pending, payload: Uint8Array): Promise<void> {
    const abort = (pending.parcel = new AbortController());
    try {
      await sendParcel(this.connection, { session: this.#session, id }, true, payload, abort.signal);
    } catch (error) {
      // A handler that refuses the call lets go of its payload too: what it says of the call counts.
      if (this.#isOpen && !(error instanceof NetworkError && error.code === "closed")) return;
      if (this.#pending.get(id) === pending) this.#take(id)!.sink.lost(error, true);
    }
  }

  async #takeParcel(id: number, isError: boolean, length: number): Promise<void> {
    const pending = this.#pending.get(id)!;
    pending.parcel?.abort();
    const abort = (pending.parcel = new AbortController());
    try {
      if (length > this.#context.frameLimitBytes) {
        throw new NetworkError("tooLarge", `an answer of ${length} bytes is over the frame limit`);
      }
      const key = { isOurSession: true, session: this.#session, id };
      const payload = await this.#parcels.take(key, length, abort.signal);
      if (this.#pending.get(id) === pending) this.#take(id)!.sink.answered(isError, new Reader(payload));
    } catch (error) {
      if (this.#pending.get(id) === pending) this.#take(id)!.sink.lost(error, true);
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    pending.parcel?.abort();
    return pending;
  }

  #checkIdle(): void {
    const { runtime } = this.#context;
    const leftMs = this.#lastUsedMs + IDLE_MS - runtime.monoMs();
    if (this.#pending.size === 0 && leftMs <= 0) {
      this.#isOpen = false;
      this.#batch.flush();
      this.#stream.link.finish().catch(() => {});
      return;
    }
    this.connection.touch(this.#lastUsedMs);
    this.#cancelIdle = runtime.after(leftMs > 0 ? leftMs : IDLE_MS, () => this.#checkIdle());
  }

  #onEnd(end: LinkEnd): void {
    const closeInfo = end.kind === "closed" ? end.info : this.#stream.link.closeInfo();
    const error = new NetworkError("closed", "the stream of calls has ended", {
      peer: this.connection.peer,
      closeInfo,
    });
    this.#fail(error, end.kind === "ended");
  }

  /**
   * Tells every call. Those that the peer refused before it accepted the stream were not run.
   *
   * @param isServedOut whether the peer ended the stream: a node that closes does so behind its last answer, and serves no more
   */
  #fail(error: unknown, isServedOut = false): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#cancelIdle();
      this.#stream.link.close(CLOSE.cancelled);
    }
    const code = error instanceof NetworkError ? peerCloseCode(error.closeInfo) : undefined;
    const isRefusal = !this.#isAccepted && error instanceof NetworkError && error.code === "refused";
    // The dialler of a connection closes it with 200 when it has no streams, a node that closes when it has ended them all: ours had not arrived.
    const wasUnknown = !this.#isAccepted && (code === CLOSE.success.code || code === CLOSE.gracefulShutdown.code);
    const nowMs = this.#context.runtime.monoMs();
    for (const [id, { sink, dueMs, parcel }] of [...this.#pending]) {
      this.#take(id);
      // One that nobody waits for may have been given up without a word, and of one with a payload on a stream of its own the answer may be on its way.
      if (isServedOut && dueMs > nowMs && parcel === undefined) sink.refused(CLOSE.gracefulShutdown.code, false);
      else if (isRefusal && code !== undefined) sink.refused(code, false);
      else sink.lost(error, !wasUnknown);
    }
  }
}
