import { DecodeError, Reader } from "@mosaik/postcard";
import { FRAME_HEADER_BYTES, frameEnd } from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";
import type { Channel } from "../channel.js";
import type { CreditWindow } from "./credit.js";
import type { Backlog } from "./inbox.js";
import type { SourceContext } from "./source.js";

/** What an intake tells the source that it belongs to. */
export interface IntakeEvents {
  /** Gives the producer credit for so many bytes. */
  grant(bytes: number): void;
  /** Datums were decoded. */
  onDecoded(): void;
  /**
   * A frame is not a datum: nothing of this subscription is taken any more.
   *
   * @param lost how many frames have arrived that became no datums: this one, and those kept behind it
   */
  onViolation(lost: number): void;
}

/** Frames that wait to be decoded, one behind the other in one chunk: `bytes` from the payload of the first to the end of the last. */
interface HeldFrames {
  readonly bytes: Uint8Array;
  start: number;
  end: number;
  count: number;
}

/**
 * Turns the frames of one subscription into datums of the inbox. Frames for which the inbox has no room are kept as they came, within
 * the producer's credit, and decoded when it has.
 */
export class Intake<T> implements Backlog {
  readonly #context: SourceContext<T>;
  readonly #channel: Channel;
  readonly #events: IntakeEvents;
  readonly #producer: PeerId;
  readonly #window: CreditWindow;
  readonly #reader = new Reader(new Uint8Array(0));
  #datums: T[] = [];
  #sizes: number[] = [];
  #room = 0;
  #held: HeldFrames[] = [];
  #heldCount = 0;
  /** What was delivered and is not in the inbox yet, in bytes of credit. */
  #costBytes = 0;
  #isClosed = false;
  #isViolated = false;
  #frames = 0;

  constructor(context: SourceContext<T>, channel: Channel, events: IntakeEvents) {
    this.#context = context;
    this.#channel = channel;
    this.#events = events;
    this.#producer = channel.producerId;
    this.#window = context.credit.open((bytes) => events.grant(bytes));
  }

  /** The credit that the producer may have to begin with. */
  get windowBytes(): number {
    return this.#window.sizeBytes;
  }

  /** Frames that arrived, whether they are decoded yet or not. */
  get frames(): number {
    return this.#frames;
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    this.onRun(bytes, start, end, 1);
  }

  /** Takes `count` frames that lie one behind the other, the payload of the first from `start` on. */
  onRun(bytes: Uint8Array, start: number, end: number, count: number): void {
    if (this.#datums.length === 0) this.#room = this.#context.inbox.room;
    let from = start;
    let left = count;
    while (left > 0 && this.#datums.length < this.#room && !this.#isClosed) {
      const to = left === 1 ? end : frameEnd(bytes, from - FRAME_HEADER_BYTES);
      left--;
      this.#frames++;
      this.#decode(bytes, from, to);
      from = to + FRAME_HEADER_BYTES;
    }
    if (left > 0 && !this.#isClosed) this.#hold(bytes, from, end, left);
  }

  onDelivered(costBytes: number): void {
    this.#costBytes += costBytes;
    this.#hand();
  }

  /** Takes no more frames, and gives no more credit. Those that have arrived still become datums. */
  close(): void {
    this.#isClosed = true;
    this.#window.close();
  }

  refill(): boolean {
    const { room } = this.#context.inbox;
    while (this.#heldCount > 0 && this.#datums.length < room && !this.#isViolated) this.#decodeHeld();
    const isDrained = this.#heldCount === 0 || this.#isViolated;
    if (isDrained) this.#held = [];
    this.#hand();
    return isDrained;
  }

  #hold(bytes: Uint8Array, start: number, end: number, count: number): void {
    this.#frames += count;
    if (this.#heldCount === 0) this.#context.inbox.hold(this);
    this.#heldCount += count;
    const last = this.#held.at(-1);
    if (last !== undefined && last.bytes === bytes && last.end + FRAME_HEADER_BYTES === start) {
      last.end = end;
      last.count += count;
    } else this.#held.push({ bytes, start, end, count });
  }

  #decodeHeld(): void {
    const oldest = this.#held[0]!;
    const { bytes, start } = oldest;
    const end = oldest.count === 1 ? oldest.end : frameEnd(bytes, start - FRAME_HEADER_BYTES);
    this.#heldCount--;
    // A chunk is let go as soon as its last frame is decoded: who is always behind would gather them else.
    if (--oldest.count === 0) this.#held.shift();
    else oldest.start = end + FRAME_HEADER_BYTES;
    this.#decode(bytes, start, end);
  }

  #decode(bytes: Uint8Array, start: number, end: number): void {
    const { codec, node, streamId } = this.#context;
    try {
      this.#reader.reset(bytes, start, end);
      this.#datums.push(codec.read(this.#reader));
      this.#sizes.push(end - start);
    } catch (error) {
      if (!(error instanceof DecodeError)) node.runtime.report(error, `decoding a datum of stream ${streamId.short()}`);
      this.#isViolated = true;
      this.#isClosed = true;
      this.#events.onViolation(1 + this.#heldCount);
    }
  }

  /** Hands over what was decoded. Its credit comes back when the program has taken it. */
  #hand(): void {
    const datums = this.#datums;
    const sizes = this.#sizes;
    this.#datums = [];
    this.#sizes = [];
    let bytes = 0;
    for (const size of sizes) bytes += size;
    // With the last of them what is left: messages of before count as delivered, too.
    const costBytes = this.#heldCount > 0 ? bytes + FRAME_HEADER_BYTES * datums.length : this.#costBytes;
    this.#costBytes -= costBytes;
    if (datums.length === 0) return this.#window.release(costBytes);
    this.#channel.datums += datums.length;
    this.#channel.bytes += bytes;
    this.#events.onDecoded();
    this.#context.events.onDecoded(datums.length, bytes);
    const { inbox } = this.#context;
    const { holdsBack } = inbox;
    const release = holdsBack ? () => this.#window.release(costBytes) : released;
    inbox.push({ producer: this.#producer, datums, sizes, release });
    if (!holdsBack) this.#window.release(costBytes);
  }
}

/** The bytes were given back when they came. */
function released(): void {}
