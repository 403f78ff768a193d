import { DecodeError, Reader, type Codec } from "@mosaik/postcard";
import { CLOSE, type CloseCode, type Link, type LinkEnd, type PeerInfo, type ServedStream } from "../network/index.js";
import { Digest, MosaikError } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import type { Deadlines } from "./deadlines.js";
import { FrameBatch } from "./frame-batch.js";
import type { Registration } from "./handler.js";
import type { FunctionId } from "./ids.js";
import { sendParcel, type Parcels } from "./parcels.js";
import { CALL, CANCEL, INLINE_MAX_BYTES, readCallHead, readId, REPLY, writeId, type CallHead } from "./protocol.js";
import type { ServedCall } from "./served-call.js";
import { type ReplySink } from "./served-call.js";

/** Bytes of calls that may be on their way or be served, for each stream of calls; QUIC holds the caller back beyond. */
const WINDOW_BYTES = 1024 * 1024;
/** Calls of one stream that are served at once; more are refused with 11509. */
const CALLS_MAX = 16_384;
/** Credit is given back in pieces of at least this, in bytes. */
const CREDIT_STEP_BYTES = WINDOW_BYTES / 8;
const REPLY_PARCEL_TIMEOUT_MS = 60_000;

/** What a stream of calls needs of its surroundings. */
export interface ServingContext {
  readonly runtime: Runtime;
  readonly frameLimitBytes: number;
  readonly deadlines: Deadlines;
  /** Grows with each change of the catalog. */
  readonly catalogVersion: number;
  registrationOf(functionId: FunctionId): Registration | undefined;
  /** The caller as the catalog has it now, its round-trip time sampled from the connection. */
  callerOf(link: Link): PeerInfo | undefined;
  onRejected(): void;
}

/** Serves the calls of one stream, which its opener sends as they come (spec 08 §2). */
export class ServedSession implements ReplySink {
  readonly #context: ServingContext;
  readonly #stream: ServedStream;
  readonly #session: number;
  readonly #parcels: Parcels;
  readonly #batch: FrameBatch;
  readonly #reader = new Reader(new Uint8Array(0));
  readonly #calls = new Map<number, ServedCall>();
  #isAcknowledged = false;
  #caller: PeerInfo | undefined;
  #callerVersion = -1;
  #lastFunction: { readonly id: Digest; readonly bytes: Uint8Array } | undefined;
  #heldBytes = 0;
  #owedBytes = 0;

  constructor(context: ServingContext, stream: ServedStream, session: number, parcels: Parcels) {
    this.#context = context;
    this.#stream = stream;
    this.#session = session;
    this.#parcels = parcels;
    this.#batch = new FrameBatch(stream.link, () => this.#giveCredit());
    stream.link.receive(
      {
        onFrame: (bytes, start, end) => this.#onFrame(bytes, start, end),
        onDelivered: (bytes) => {
          this.#owedBytes += bytes;
          this.#giveCredit();
        },
        onEnd: (end) => this.#onEnd(end),
      },
      WINDOW_BYTES,
    );
  }

  /** Sends what is answered so far, and ends the stream behind it. */
  async finish(): Promise<void> {
    this.#batch.flush();
    await this.#stream.link.finish();
    this.#isAcknowledged = true;
  }

  /** Breaks off, unless everything got across. */
  drop(): void {
    if (!this.#isAcknowledged) this.#stream.link.close(CLOSE.dropped);
  }

  reply(call: ServedCall, isError: boolean, codec: Codec<unknown>, value: unknown): void {
    const batch = this.#batch;
    const { writer } = batch;
    const start = batch.begin();
    let payloadStart: number;
    try {
      writeId(writer, call.id);
      writer.u8(isError ? REPLY.error : REPLY.ok);
      payloadStart = writer.length;
      codec.write(writer, value);
    } catch (error) {
      batch.undo(start);
      throw error;
    }
    if (writer.length - payloadStart > INLINE_MAX_BYTES) {
      this.#replyByParcel(call, isError, writer.bytes.slice(payloadStart, writer.length), start);
    } else {
      batch.end(start);
    }
  }

  refuse(call: ServedCall, reason: CloseCode, mayHaveRun: boolean): void {
    this.#refuse(call.id, reason, mayHaveRun);
  }

  ended(call: ServedCall): void {
    this.#context.deadlines.remove(call);
    if (this.#calls.delete(call.id)) this.#heldBytes -= call.heldBytes;
    this.#giveCredit();
  }

  #onFrame(bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#reader;
    try {
      reader.reset(bytes, start, end);
      const kind = reader.u8();
      if (kind === CALL) this.#onCall(reader, end - start);
      else if (kind === CANCEL) this.#calls.get(readId(reader))?.abandon("cancelled");
      else throw reader.error("invalidValue", `a frame of kind ${kind}`);
    } catch (error) {
      if (!(error instanceof DecodeError)) this.#context.runtime.report(error, "serving calls");
      this.#stream.link.close(CLOSE.protocolViolation);
    }
  }

  #onCall(reader: Reader, frameBytes: number): void {
    const head = readCallHead(reader, (from) => this.#functionIdOf(from));
    if (this.#calls.has(head.id)) throw reader.error("invalidValue", "a call under an id that is in use");
    const registration = this.#context.registrationOf(head.functionId);
    const caller = this.#callerNow();
    const payloadBytes = head.parcelBytes ?? reader.remaining;
    const refusal = this.#refusal(registration, caller, payloadBytes);
    if (registration === undefined || caller === undefined || refusal !== undefined) {
      return this.#refuse(head.id, refusal ?? CLOSE.functionNotFound, false);
    }
    const { runtime, deadlines } = this.#context;
    const deadlineMs = head.timeoutMs === 0 ? undefined : head.timeoutMs;
    const call = registration.begin({ sink: this, caller, deadlineMs, traceparent: head.traceparent, id: head.id });
    call.heldBytes = frameBytes;
    this.#heldBytes += frameBytes;
    this.#calls.set(head.id, call);
    if (deadlineMs !== undefined) deadlines.add(call, runtime.monoMs() + deadlineMs);
    if (head.parcelBytes === undefined) this.#run(registration, call, reader);
    else void this.#runWithParcel(registration, call, head);
  }

  #refusal(
    registration: Registration | undefined,
    caller: PeerInfo | undefined,
    payloadBytes: number,
  ): CloseCode | undefined {
    const { frameLimitBytes } = this.#context;
    let refusal: CloseCode | undefined;
    if (caller === undefined) refusal = CLOSE.unknownPeer;
    else if (registration === undefined) refusal = CLOSE.functionNotFound;
    else if (this.#calls.size >= CALLS_MAX) refusal = CLOSE.functionNoCapacity;
    else if (payloadBytes > frameLimitBytes) refusal = CLOSE.protocolViolation;
    else return registration.refusal(caller, payloadBytes);
    this.#context.onRejected();
    return refusal;
  }

  #run(registration: Registration, call: ServedCall, reader: Reader): void {
    let request: unknown;
    try {
      request = registration.requestCodec.read(reader);
    } catch (error) {
      if (!(error instanceof DecodeError)) registration.report(error, "decoding a request");
      return call.refuse(CLOSE.protocolViolation);
    }
    call.run(request);
  }

  async #runWithParcel(registration: Registration, call: ServedCall, head: CallHead): Promise<void> {
    const key = { isOurSession: false, session: this.#session, id: head.id };
    try {
      const payload = await this.#parcels.take(key, head.parcelBytes!, call.signal);
      this.#run(registration, call, new Reader(payload));
    } catch (error) {
      if (!(error instanceof MosaikError)) this.#context.runtime.report(error, "the payload of a call");
      call.refuse(CLOSE.protocolViolation);
    }
  }

  #replyByParcel(call: ServedCall, isError: boolean, payload: Uint8Array, start: number): void {
    const batch = this.#batch;
    batch.undo(start);
    const { runtime, frameLimitBytes } = this.#context;
    if (payload.length > frameLimitBytes) {
      throw new TypeError(`an answer of ${payload.length} bytes is over the frame limit of ${frameLimitBytes}`);
    }
    const again = batch.begin();
    writeId(batch.writer, call.id);
    batch.writer.u8(isError ? REPLY.errorParcel : REPLY.okParcel);
    batch.writer.varint(payload.length);
    batch.end(again);
    const late = new AbortController();
    const cancelTimer = runtime.after(call.deadlineMs ?? REPLY_PARCEL_TIMEOUT_MS, () => late.abort());
    const sent = sendParcel(
      this.#stream.connection,
      { session: this.#session, id: call.id },
      false,
      payload,
      late.signal,
    );
    // A caller that does not take its answer misses it.
    sent.catch(() => {}).finally(cancelTimer);
  }

  #refuse(id: number, reason: CloseCode, mayHaveRun: boolean): void {
    const batch = this.#batch;
    const start = batch.begin();
    writeId(batch.writer, id);
    batch.writer.u8(REPLY.refused);
    batch.writer.varint(reason.code);
    batch.writer.u8(mayHaveRun ? 1 : 0);
    batch.end(start);
  }

  /** Calls of one stream mostly are of one function: its id is looked up once. */
  #functionIdOf(reader: Reader): Digest {
    const last = this.#lastFunction;
    if (last !== undefined && reader.remaining >= 32 && isAt(reader.bytes, reader.offset, last.bytes)) {
      reader.offset += 32;
      return last.id;
    }
    const bytes = reader.raw(32);
    const id = Digest.fromBytes(bytes);
    this.#lastFunction = { id, bytes };
    return id;
  }

  #callerNow(): PeerInfo | undefined {
    const { catalogVersion } = this.#context;
    if (this.#caller === undefined || this.#callerVersion !== catalogVersion) {
      this.#caller = this.#context.callerOf(this.#stream.link);
      this.#callerVersion = catalogVersion;
    }
    return this.#caller;
  }

  /** The caller may send more, unless it has much in work here, or does not take its answers. */
  #giveCredit(): void {
    if (this.#owedBytes < CREDIT_STEP_BYTES || this.#heldBytes >= WINDOW_BYTES) return;
    const { link } = this.#stream;
    if (link.writer.queuedBytes >= WINDOW_BYTES) return;
    link.release(this.#owedBytes);
    this.#owedBytes = 0;
  }

  #onEnd(end: LinkEnd): void {
    for (const call of [...this.#calls.values()]) call.abandon("caller gone");
    if (end.kind === "ended") this.finish().catch(() => {});
    else this.#stream.link.close(CLOSE.dropped);
  }
}

function isAt(bytes: Uint8Array, offset: number, expected: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) if (bytes[offset + i] !== expected[i]) return false;
  return true;
}
