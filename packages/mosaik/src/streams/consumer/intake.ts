import { DecodeError, Reader } from "@mosaik/postcard";
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

/** A frame that waits to be decoded. */
interface HeldFrame {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
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
  #held: HeldFrame[] = [];
  #heldHead = 0;
  /** What the frames cost that are not in the inbox yet. */
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
    if (this.#isClosed) return;
    this.#frames++;
    if (this.#datums.length === 0) this.#room = this.#context.inbox.room;
    if (this.#datums.length >= this.#room) this.#hold({ bytes, start, end });
    else this.#decode(bytes, start, end);
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
    while (this.#heldHead < this.#held.length && this.#datums.length < room && !this.#isViolated) {
      const { bytes, start, end } = this.#held[this.#heldHead++]!;
      this.#decode(bytes, start, end);
    }
    const isDrained = this.#heldHead === this.#held.length || this.#isViolated;
    if (isDrained) {
      this.#held = [];
      this.#heldHead = 0;
    }
    this.#hand();
    return isDrained;
  }

  #hold(frame: HeldFrame): void {
    if (this.#held.length === 0) this.#context.inbox.hold(this);
    this.#held.push(frame);
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
      this.#events.onViolation(1 + this.#held.length - this.#heldHead);
    }
  }

  /** Hands over what was decoded. Its credit comes back when the program has taken it; that of held frames with the last of them. */
  #hand(): void {
    const costBytes = this.#held.length > 0 ? 0 : this.#costBytes;
    if (costBytes > 0) this.#costBytes = 0;
    const datums = this.#datums;
    const sizes = this.#sizes;
    if (datums.length === 0) return this.#window.release(costBytes);
    this.#datums = [];
    this.#sizes = [];
    let bytes = 0;
    for (const size of sizes) bytes += size;
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
