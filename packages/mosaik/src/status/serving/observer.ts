import { CLOSE, type ServedStream } from "../../network/index.js";
import type { CancelTimer, Runtime } from "../../runtime/index.js";
import { differenceOf, type Image } from "./image.js";
import { encodeUpdate } from "./update.js";

/** An observer says no more than that it has an update. */
const WINDOW_BYTES = 1024;

export interface ObserverContext {
  readonly runtime: Runtime;
  /** How the node stands now. */
  image(): Image;
  /** An update was sent. */
  onSent(payloadBytes: number): void;
}

/**
 * Tells one observer how the node stands. It is told again when it has taken the last update and its interval is over, and then what has changed since:
 * one that is slow is told less often, and nothing waits for it.
 */
export class ServedObserver {
  readonly #context: ObserverContext;
  readonly #stream: ServedStream;
  readonly #intervalMs: number;
  /** What it has. */
  #known: Image | undefined;
  /** Whether it has taken the last update. */
  #isReady = true;
  #sentAtMs = -Infinity;
  #isOver = false;
  #cancelTimer: CancelTimer | undefined;

  constructor(context: ObserverContext, stream: ServedStream, intervalMs: number) {
    this.#context = context;
    this.#stream = stream;
    this.#intervalMs = intervalMs;
    const { link } = stream;
    void link.closed.then(() => this.#end());
    link.receive(
      {
        onFrame: (_, start, end) => this.#onFrame(end - start),
        onDelivered: (bytes) => link.release(bytes),
        onEnd: () => link.close(CLOSE.success),
      },
      WINDOW_BYTES,
    );
    this.#tell();
  }

  /** Ends the stream behind what was sent. */
  async finish(): Promise<void> {
    this.#end();
    await this.#stream.link.finish();
  }

  #onFrame(bytes: number): void {
    if (this.#isReady || bytes > 0) return this.#stream.link.close(CLOSE.protocolViolation);
    this.#isReady = true;
    this.#tell();
  }

  /** Sends what has changed, at once or when the interval is over. */
  #tell(): void {
    if (!this.#isReady || this.#isOver) return;
    const { runtime } = this.#context;
    const { link, connection } = this.#stream;
    const nowMs = runtime.monoMs();
    const leftMs = this.#sentAtMs + this.#intervalMs - nowMs;
    this.#cancelTimer?.();
    if (leftMs > 0) {
      this.#cancelTimer = runtime.after(leftMs, () => this.#tell());
      return;
    }
    const now = this.#context.image();
    const update = encodeUpdate(differenceOf(this.#known, now), { ...now.head, intervalMs: this.#intervalMs });
    this.#known = now;
    this.#isReady = false;
    this.#sentAtMs = nowMs;
    connection.touch(nowMs);
    link.sendFrames(update.frames, update.payloadBytes);
    this.#context.onSent(update.payloadBytes);
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelTimer?.();
    this.#known = undefined;
  }
}
