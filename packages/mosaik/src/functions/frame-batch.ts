import { Writer } from "@mosaik/postcard";
import { FRAME_HEADER_BYTES, writeFrameHeader, type Link } from "../network/index.js";

/** Whoever waits for the same turn gets this many chances to add a frame before the batch goes out. */
const HOPS_MAX = 4;
/** A writer that has grown beyond this is given up, in bytes. */
const WRITER_KEPT_BYTES = 1024 * 1024;

/** What a batch needs of a link. */
type FrameTaker = Pick<Link, "sendFrames">;

/** Gathers the frames of one turn for a link, so that they cost one write. */
export class FrameBatch {
  readonly #link: FrameTaker;
  readonly #onTaken: (() => void) | undefined;
  #writer = new Writer(4096);
  #frames = 0;
  #hops = 0;
  #seenBytes = 0;
  #isScheduled = false;

  /** @param onTaken called when the transport has taken a batch */
  constructor(link: FrameTaker, onTaken?: () => void) {
    this.#link = link;
    this.#onTaken = onTaken;
  }

  /** Begins a frame: write its payload, then call `end` with what this returns. `undo` takes it back. */
  begin(): number {
    const writer = this.#writer;
    const start = writer.length;
    writer.ensure(FRAME_HEADER_BYTES);
    writer.length = start + FRAME_HEADER_BYTES;
    return start;
  }

  get writer(): Writer {
    return this.#writer;
  }

  /** @returns the length of the frame in bytes, its header included */
  end(start: number): number {
    const writer = this.#writer;
    const frameBytes = writer.length - start;
    writeFrameHeader(writer.bytes, start, frameBytes - FRAME_HEADER_BYTES);
    this.#frames++;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      queueMicrotask(this.#onTurn);
    }
    return frameBytes;
  }

  undo(start: number): void {
    this.#writer.length = start;
  }

  /** Sends what was gathered, at once. */
  flush(): void {
    if (this.#frames === 0) return;
    const frames = this.#writer.take();
    const payloadBytes = frames.length - FRAME_HEADER_BYTES * this.#frames;
    if (this.#writer.bytes.length > WRITER_KEPT_BYTES) this.#writer = new Writer(4096);
    else this.#writer.reset();
    this.#frames = 0;
    this.#link.sendFrames(frames, payloadBytes, this.#onTaken);
  }

  /** Continuations of what has just been settled add their frames before ours is the last word of the turn. */
  readonly #onTurn = (): void => {
    if (this.#writer.length !== this.#seenBytes && this.#hops < HOPS_MAX) {
      this.#seenBytes = this.#writer.length;
      this.#hops++;
      queueMicrotask(this.#onTurn);
      return;
    }
    this.#isScheduled = false;
    this.#hops = 0;
    this.#seenBytes = 0;
    this.flush();
  };
}
