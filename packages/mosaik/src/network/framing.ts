import type { Codec, Writer } from "@mosaik/postcard";

/** The length field in front of every message: 4 bytes, big-endian (spec 01 §6.1). */
export const FRAME_HEADER_BYTES = 4;

/** The default of the largest payload that is accepted: 64 MiB (DESIGN §9). */
export const DEFAULT_FRAME_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * A frame that comes in pieces gets room for so many times what has arrived of it, up to `AHEAD_MAX_BYTES`, and beyond that for twice as
 * much: a header alone costs nothing, and what has arrived is hardly ever copied again.
 */
const AHEAD_FACTOR = 16;
const AHEAD_MAX_BYTES = 1024 * 1024;

/** A peer announced a frame beyond the limit. */
export class FrameTooLarge extends Error {
  override readonly name = "FrameTooLarge";
  constructor(
    readonly lengthBytes: number,
    readonly limitBytes: number,
  ) {
    super(`a frame of ${lengthBytes} bytes is over the limit of ${limitBytes}`);
  }
}

/** Gets each frame's payload in place: `bytes` from `start` to `end`, valid only during the call. */
export type OnFrame = (bytes: Uint8Array, start: number, end: number) => void;

/** Gets `count` frames that lie one behind the other: from the payload of the first, at `start`, to the end of the last. */
export type OnRun = (bytes: Uint8Array, start: number, end: number, count: number) => void;

/**
 * Cuts a byte stream into frames. A frame that lies whole within a chunk is handed on in place; one that is spread over several is
 * gathered in a buffer that grows with the bytes that have really arrived, whatever length its header claims.
 */
export class FrameDecoder {
  readonly #limitBytes: number;
  /** The beginning of an unfinished frame, header included. */
  #carry: Uint8Array = new Uint8Array(0);
  #carryLength = 0;

  constructor(limitBytes: number = DEFAULT_FRAME_LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** Whether a frame has begun and not ended: the stream must not end here. */
  get isMidFrame(): boolean {
    return this.#carryLength > 0;
  }

  /** What an unfinished frame still lacks, as far as that is known: of its header, or of all of it. 0 between frames. */
  get missingBytes(): number {
    const carried = this.#carryLength;
    if (carried === 0) return 0;
    if (carried < FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES - carried;
    return FRAME_HEADER_BYTES + this.#lengthAt(this.#carry, 0) - carried;
  }

  /** As much of the payload of an unfinished frame as has arrived, in place, and how long it will be; `undefined` between frames. */
  get begun(): { readonly bytes: Uint8Array; readonly lengthBytes: number } | undefined {
    if (this.#carryLength < FRAME_HEADER_BYTES) return undefined;
    const bytes = this.#carry.subarray(FRAME_HEADER_BYTES, this.#carryLength);
    return { bytes, lengthBytes: this.#lengthAt(this.#carry, 0) };
  }

  /** @throws FrameTooLarge; the decoder is of no use after that. */
  push(chunk: Uint8Array, onFrame: OnFrame): void {
    this.pushRuns(chunk, (bytes, start, end) => eachFrame(bytes, start, end, onFrame));
  }

  /**
   * As `push`, with one call for all frames that lie whole within the chunk.
   *
   * @throws FrameTooLarge, behind the frames before it
   */
  pushRuns(chunk: Uint8Array, onRun: OnRun): void {
    let offset = 0;
    if (this.#carryLength > 0) {
      offset = this.#complete(chunk, onRun);
      if (offset < 0) return;
    }
    const end = chunk.length;
    const start = offset + FRAME_HEADER_BYTES;
    let count = 0;
    try {
      while (end - offset >= FRAME_HEADER_BYTES) {
        const frameBytes = FRAME_HEADER_BYTES + this.#lengthAt(chunk, offset);
        if (end - offset < frameBytes) break;
        offset += frameBytes;
        count++;
      }
    } finally {
      if (count > 0) onRun(chunk, start, offset, count);
    }
    if (offset < end) this.#append(chunk, offset, end);
  }

  /** Fills the carried frame from `chunk`; the offset behind it, or -1 when the chunk was not enough. */
  #complete(chunk: Uint8Array, onRun: OnRun): number {
    let offset = 0;
    if (this.#carryLength < FRAME_HEADER_BYTES) {
      offset = Math.min(FRAME_HEADER_BYTES - this.#carryLength, chunk.length);
      this.#append(chunk, 0, offset);
      if (this.#carryLength < FRAME_HEADER_BYTES) return -1;
    }
    const whole = FRAME_HEADER_BYTES + this.#lengthAt(this.#carry, 0);
    const end = offset + Math.min(whole - this.#carryLength, chunk.length - offset);
    this.#append(chunk, offset, end);
    if (this.#carryLength < whole) return -1;
    const carry = this.#carry;
    this.#carry = new Uint8Array(0);
    this.#carryLength = 0;
    onRun(carry, FRAME_HEADER_BYTES, whole, 1);
    return end;
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.#carryLength + end - start;
    if (needed > this.#carry.length) {
      const carried = this.#carry.subarray(0, this.#carryLength);
      this.#carry = new Uint8Array(this.#roomFor(chunk, start, needed));
      this.#carry.set(carried);
    }
    this.#carry.set(chunk.subarray(start, end), this.#carryLength);
    this.#carryLength = needed;
  }

  /** How large the buffer becomes that `needed` bytes of a frame are to go into, those from `start` on being the newest. */
  #roomFor(chunk: Uint8Array, start: number, needed: number): number {
    if (needed < FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES;
    const length = this.#carryLength === 0 ? this.#lengthAt(chunk, start) : this.#lengthAt(this.#carry, 0);
    const whole = FRAME_HEADER_BYTES + length;
    return Math.min(whole, Math.max(2 * needed, Math.min(AHEAD_FACTOR * needed, AHEAD_MAX_BYTES)));
  }

  #lengthAt(bytes: Uint8Array, offset: number): number {
    const length = readFrameHeader(bytes, offset);
    if (length <= this.#limitBytes) return length;
    // A header that came in pieces is carried: whoever asks what has begun is not to meet it again.
    this.#carryLength = 0;
    throw new FrameTooLarge(length, this.#limitBytes);
  }
}

/**
 * Appends a value as a frame; on failure the writer is as it was.
 *
 * @returns the payload's length in bytes
 * @throws EncodeError
 */
export function appendFrame<T>(writer: Writer, codec: Codec<T>, value: T): number {
  const start = writer.length;
  writer.ensure(FRAME_HEADER_BYTES);
  writer.length = start + FRAME_HEADER_BYTES;
  try {
    codec.write(writer, value);
  } catch (error) {
    writer.length = start;
    throw error;
  }
  const payloadBytes = writer.length - start - FRAME_HEADER_BYTES;
  writeFrameHeader(writer.bytes, start, payloadBytes);
  return payloadBytes;
}

/** Writes `payloadBytes` as a frame header into `target` at `offset`. */
export function writeFrameHeader(target: Uint8Array, offset: number, payloadBytes: number): void {
  target[offset] = payloadBytes >>> 24;
  target[offset + 1] = payloadBytes >>> 16;
  target[offset + 2] = payloadBytes >>> 8;
  target[offset + 3] = payloadBytes;
}

/** Takes a run apart. */
export function eachFrame(bytes: Uint8Array, start: number, end: number, onFrame: OnFrame): void {
  for (let from = start; from <= end;) {
    const to = frameEnd(bytes, from - FRAME_HEADER_BYTES);
    onFrame(bytes, from, to);
    from = to + FRAME_HEADER_BYTES;
  }
}

/** Where the frame whose header is at `start` ends. */
export function frameEnd(bytes: Uint8Array, start: number): number {
  return start + FRAME_HEADER_BYTES + readFrameHeader(bytes, start);
}

function readFrameHeader(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0;
}
