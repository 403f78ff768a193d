import { t, type Reader, type Writer } from "@mosaik/postcard";
import { digestCodec } from "../network/index.js";
import type { Digest } from "../primitives/index.js";

/** Rust's request: one for each connection (spec 04 §5.1). */
export const callRequestCodec = t.struct("mosaik::functions::accept::CallRequest", {
  network: digestCodec,
  function: digestCodec,
  payload: t.bytes,
});

/** Bytes at the beginning of a request that say which function is called. */
export const CALL_REQUEST_IDS_BYTES = 64;

/** Rust's answer: the encoded response, or the encoded application error (spec 04 §5.1). */
export const callReplyCodec = t.enum("mosaik::functions::accept::CallReply", { Ok: t.bytes, Err: t.bytes });

/** The version of the calls of TypeScript nodes (spec 08 §2). */
export const CALLS_VERSION = 1;
/** Payloads above this travel on a stream of their own, in bytes. */
export const INLINE_MAX_BYTES = 64 * 1024;
/** Characters of a trace context. */
export const TRACEPARENT_MAX = 128;

/** What the streams of purpose `calls` add to their first frame. */
export const callsBodyCodec = t.enum({
  /** A stream of calls: its opener calls. The number tells the opener's streams on the connection apart. */
  Session: t.struct({ session: t.u32 }),
  /** One payload of a call, whole in the one frame that follows. */
  Parcel: t.struct({
    session: t.u32,
    /** Whether it is the payload of a request, which goes from the session's opener to the handler, or of an answer. */
    isRequest: t.bool,
    low: t.u32,
    high: t.u32,
  }),
});

/** The kinds of frames that a caller sends. */
export const CALL = 0;
export const CANCEL = 1;

const HAS_TRACEPARENT = 1;
const IS_PARCEL = 2;

/** The head of a call, in front of its payload. */
export interface CallHead {
  readonly id: number;
  readonly functionId: Digest;
  /** How long the caller waits from now on, in ms; 0 for ever. */
  readonly timeoutMs: number;
  readonly traceparent: string | undefined;
  /** The length of a payload that travels on a stream of its own; `undefined` for one that follows. */
  readonly parcelBytes: number | undefined;
}

/** How a call ended, in the frame that a handler sends. */
export const REPLY = { ok: 0, error: 1, refused: 2, okParcel: 3, errorParcel: 4 } as const;

const U32 = 0x1_0000_0000;

/** An id as two u32, the lower one first (spec 08 §2). */
export function writeId(writer: Writer, id: number): void {
  writer.varint(id % U32);
  writer.varint(Math.floor(id / U32));
}

export function readId(reader: Reader): number {
  const low = reader.u32();
  return reader.u32() * U32 + low;
}

/** An id as the two u32 of a parcel. */
export function splitId(id: number): { low: number; high: number } {
  return { low: id % U32, high: Math.floor(id / U32) };
}

export function joinId({ low, high }: { low: number; high: number }): number {
  return high * U32 + low;
}

/** What a caller tells its handler of its deadline, in whole ms; 0 says that there is none. */
export function timeoutField(leftMs: number): number {
  return leftMs === Infinity ? 0 : Math.max(1, Math.ceil(leftMs));
}

export function writeCallHead(writer: Writer, head: CallHead): void {
  writer.u8(CALL);
  writeId(writer, head.id);
  digestCodec.write(writer, head.functionId);
  writer.varint(head.timeoutMs);
  const { traceparent, parcelBytes } = head;
  writer.u8((traceparent === undefined ? 0 : HAS_TRACEPARENT) | (parcelBytes === undefined ? 0 : IS_PARCEL));
  if (traceparent !== undefined) writer.text(traceparent);
  if (parcelBytes !== undefined) writer.varint(parcelBytes);
}

/** Reads what follows the kind of a call; the payload is what is left. @throws DecodeError */
export function readCallHead(reader: Reader, functionIdOf: (reader: Reader) => Digest): CallHead {
  const id = readId(reader);
  const functionId = functionIdOf(reader);
  const timeoutMs = reader.u64Number();
  const flags = reader.u8();
  const traceparent = (flags & HAS_TRACEPARENT) === 0 ? undefined : reader.text();
  if (traceparent !== undefined && traceparent.length > TRACEPARENT_MAX) {
    throw reader.error("invalidValue", "a trace context is too long");
  }
  const parcelBytes = (flags & IS_PARCEL) === 0 ? undefined : reader.u64Number();
  return { id, functionId, timeoutMs, traceparent, parcelBytes };
}
