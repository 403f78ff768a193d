import type { Link } from "../../network/index.js";
import type { CancelTimer, Runtime } from "../../runtime/index.js";
import type { Frame } from "./frames.js";

/** Bytes that may wait for a peer, beside one message. */
export const OUTGOING_MAX_BYTES = 64 * 1024 * 1024;

/** What waits to go over a bond. A peer for which too much waits, or that takes nothing for too long, is given up. */
export class Outgoing {
  readonly #runtime: Pick<Runtime, "after">;
  readonly #link: Link;
  readonly #stallMs: number;
  readonly #onStalled: () => void;
  #cancelTimer: CancelTimer | undefined;

  /** @param stallMs how long a peer may take nothing of what waits for it */
  constructor(runtime: Pick<Runtime, "after">, link: Link, stallMs: number, onStalled: () => void) {
    this.#runtime = runtime;
    this.#link = link;
    this.#stallMs = stallMs;
    this.#onStalled = onStalled;
  }

  get isEmpty(): boolean {
    return this.#link.writer.queuedBytes === 0;
  }

  /** Queues a frame. @returns false where too much waits already: the peer was given up */
  send({ bytes, payloadBytes }: Frame): boolean {
    if (this.#link.writer.queuedBytes >= OUTGOING_MAX_BYTES) {
      this.#onStalled();
      return false;
    }
    this.#link.sendFrames(bytes, payloadBytes);
    if (this.#cancelTimer === undefined && !this.isEmpty) this.#watch();
    return true;
  }

  close(): void {
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
