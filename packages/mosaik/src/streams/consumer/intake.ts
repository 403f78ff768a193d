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

/** Frames that are to be decoded, one behind the other in one chunk: `bytes` from the payload of the first to the end of the last. */
interface Run {
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
  /** What is decoded and not in the inbox yet: the first `#decoded` places, and room for those that are expected behind them. */
  #datums: T[] = [];
  #sizes: number[] = [];
  #decoded = 0;
  /** Bytes of the payloads that became these datums. */
  #bytes = 0;
  #room = 0;
  #held: Run[] = [];
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
    if (this.#isClosed) return;
    if (this.#decoded === 0) this.#expect(count);
    this.#frames += count;
    const run = { bytes, start, end, count };
    const bad = this.#decode(run, this.#readyOf(run));
    if (bad > 0) this.#violated(bad + run.count);
    else if (run.count > 0) this.#hold(run);
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
    if (this.#decoded === 0) this.#expect(this.#heldCount);
    else this.#room = this.#context.inbox.room;
    while (this.#heldCount > 0 && this.#decoded < this.#room && !this.#isViolated) this.#decodeHeld();
    const isDrained = this.#heldCount === 0 || this.#isViolated;
    if (isDrained) this.#held = [];
    this.#hand();
    return isDrained;
  }

  /** Makes place for so many datums, as far as there is room for them. */
  #expect(count: number): void {
    this.#room = this.#context.inbox.room;
    const places = Math.max(0, Math.min(count, this.#room));
    this.#datums = new Array<T>(places);
    this.#sizes = new Array<number>(places);
  }

  #hold(run: Run): void {
    if (this.#heldCount === 0) this.#context.inbox.hold(this);
    this.#heldCount += run.count;
    const last = this.#held.at(-1);
    if (last !== undefined && last.bytes === run.bytes && last.end + FRAME_HEADER_BYTES === run.start) {
      last.end = run.end;
      last.count += run.count;
    } else this.#held.push(run);
  }

  #decodeHeld(): void {
    const oldest = this.#held[0]!;
    const ready = this.#readyOf(oldest);
    this.#heldCount -= ready;
    // A chunk is let go as soon as its last frame is decoded: who is always behind would gather them else.
    if (ready === oldest.count) this.#held.shift();
    const bad = this.#decode(oldest, ready);
    if (bad > 0) this.#violated(bad + this.#heldCount);
  }

  /** How many frames of a run there is room for. */
  #readyOf(run: Run): number {
    return Math.max(0, Math.min(run.count, this.#room - this.#decoded));
  }

  /**
   * Makes datums of the first `count` frames of a run, and moves it on behind all of these.
   *
   * @returns 0; or how many are left, of which the first is no datum
   */
  #decode(run: Run, count: number): number {
    const { codec, node, streamId } = this.#context;
    const { bytes } = run;
    const reader = this.#reader;
    const datums = this.#datums;
    const sizes = this.#sizes;
    const rest = run.count - count;
    let at = this.#decoded;
    let start = run.start;
    let left = count;
    try {
      for (; left > 0; left--) {
        // The last one's end is known, and a frame that came alone has no header in front.
        const end = left + rest === 1 ? run.end : frameEnd(bytes, start - FRAME_HEADER_BYTES);
        reader.reset(bytes, start, end);
        datums[at] = codec.read(reader);
        sizes[at++] = end - start;
        start = end + FRAME_HEADER_BYTES;
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) node.runtime.report(error, `decoding a datum of stream ${streamId.short()}`);
    }
    this.#decoded = at;
    this.#bytes += start - run.start - FRAME_HEADER_BYTES * (count - left);
    run.start = start;
    run.count = rest;
    return left;
  }

  /** @param lost how many frames have arrived that became no datums */
  #violated(lost: number): void {
    this.#isViolated = true;
    this.#isClosed = true;
    this.#events.onViolation(lost);
  }

  /** Hands over what was decoded. Its credit comes back when the program has taken it. */
  #hand(): void {
    const datums = this.#datums;
    const sizes = this.#sizes;
    const bytes = this.#bytes;
    datums.length = sizes.length = this.#decoded;
    this.#datums = [];
    this.#sizes = [];
    this.#decoded = this.#bytes = 0;
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
