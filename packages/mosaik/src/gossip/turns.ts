import { Slices, type CancelTimer, type Runtime } from "../runtime/index.js";
import { defaultTurnRules, TurnOrder, type TurnRules } from "./turn-order.js";

/** Where messages come from, one connection of one peer. */
export interface Source {
  /** Handles a little of what waits. Does not throw. @returns whether more waits */
  handle(): boolean;
}

/**
 * Handles what peers send, a little of each in turn. What is quickly done is done at once; beyond the slice of the event loop's turn,
 * and beyond what a source may use, it waits, and its peer is given no credit meanwhile: QUIC holds a flood back.
 */
export class Turns {
  readonly #runtime: Runtime;
  readonly #slices: Slices;
  readonly #order: TurnOrder<Source>;
  #isRunning = false;
  #cancelTimer: CancelTimer | undefined;
  #isClosed = false;

  constructor(runtime: Runtime, rules: TurnRules = defaultTurnRules) {
    this.#runtime = runtime;
    this.#slices = Slices.of(runtime);
    this.#order = new TurnOrder(rules, runtime.monoMs());
  }

  open(source: Source): void {
    this.#order.open(source, this.#runtime.monoMs());
  }

  /** What waits of the source is not handled any more. */
  end(source: Source): void {
    this.#order.close(source);
  }

  /** The source has something to be handled. */
  enter(source: Source): void {
    if (this.#isClosed) return;
    this.#order.enter(source, this.#runtime.monoMs());
    if (!this.#isRunning) void this.#run();
  }

  /** Handles nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (!this.#isClosed) {
      if (this.#slices.areUsedUp()) {
        await this.#slices.next();
        continue;
      }
      const startMs = this.#runtime.monoMs();
      const source = this.#order.next(startMs);
      if (source === undefined) break;
      const hasMore = source.handle();
      const endMs = this.#runtime.monoMs();
      this.#order.charge(source, endMs - startMs, endMs);
      if (hasMore) this.#order.enter(source, endMs);
    }
    this.#isRunning = false;
    this.#runLater();
  }

  #runLater(): void {
    const waitMs = this.#order.readyInMs(this.#runtime.monoMs());
    if (waitMs === undefined || this.#isClosed) return;
    this.#cancelTimer ??= this.#runtime.after(waitMs, () => {
      this.#cancelTimer = undefined;
      if (!this.#isRunning) void this.#run();
    });
  }
}
