import type { Link } from "../../network/index.js";
import { concatBytes } from "../../primitives/index.js";
import type { CancelTimer, Runtime } from "../../runtime/index.js";
import type { Frame } from "./frames.js";

/** Bytes that may wait for a peer, beside one message. */
export const OUTGOING_MAX_BYTES = 64 * 1024 * 1024;
/** Frames below this are copied together, to be written at once. */
const SMALL_BYTES = 4 * 1024;

/**
 * What waits to go over a bond. What is sent in one go is written in one, right behind it. A peer for which too much waits, or that takes
 * nothing for too long, is given up.
 */
export class Outgoing {
  readonly #runtime: Pick<Runtime, "after">;
  readonly #link: Link;
  readonly #stallMs: number;
  readonly #onStalled: () => void;
  #held: Frame[] = [];
  #heldBytes = 0;
  #cancelTimer: CancelTimer | undefined;

  /** @param stallMs how long a peer may take nothing of what waits for it */
  constructor(runtime: Pick<Runtime, "after">, link: Link, stallMs: number, onStalled: () => void) {
    this.#runtime = runtime;
    this.#link = link;
    this.#stallMs = stallMs;
    this.#onStalled = onStalled;
  }

  get isEmpty(): boolean {
    return this.#waitingBytes === 0;
  }

  get #waitingBytes(): number {
    return this.#heldBytes + this.#link.writer.queuedBytes;
  }

  /** Queues a frame. @returns false where too much waits already: the peer was given up */
  send(frame: Frame): boolean {
    if (this.#waitingBytes >= OUTGOING_MAX_BYTES) {
      this.#onStalled();
      return false;
    }
    this.#held.push(frame);
    this.#heldBytes += frame.bytes.length;
    if (this.#held.length === 1) queueMicrotask(() => this.flush());
    return true;
  }

  /** Writes what was sent since the last time. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (let i = 0; i < held.length;) {
      const start = i;
      let payloadBytes = 0;
      do payloadBytes += held[i]!.payloadBytes;
      while (held[i++]!.bytes.length < SMALL_BYTES && i < held.length && held[i]!.bytes.length < SMALL_BYTES);
      const run = held.slice(start, i).map(({ bytes }) => bytes);
      this.#link.sendFrames(run.length === 1 ? run[0]! : concatBytes(...run), payloadBytes);
    }
    if (this.#cancelTimer === undefined && !this.isEmpty) this.#watch();
  }

  /** What waits here is forgotten. */
  close(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #watch(): void {
    const { writer } = this.#link;
    const { takenBytes } = writer;
    this.#cancelTimer = this.#runtime.after(this.#stallMs, () => {
      this.#cancelTimer = undefined;
      if (this.isEmpty) return;
      if (writer.takenBytes === takenBytes) this.#onStalled();
      else this.#watch();
    });
  }
}
