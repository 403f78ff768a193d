import type { SignedPeerEntry } from "../../network/index.js";
import { Slices, type Runtime } from "../../runtime/index.js";
import { LISTED_BONDS_MAX } from "../protocol.js";

/**
 * Entries that came over one bond and wait to be checked: checking takes time, and a member may send as many as it likes. Beyond a
 * thousand the newest are passed over; they will be heard of otherwise.
 */
export class Hearsay {
  readonly #runtime: Runtime;
  readonly #take: (signed: SignedPeerEntry) => void;
  /** What the peer says of itself: only the last counts. */
  #own: SignedPeerEntry | undefined;
  #others: SignedPeerEntry[] = [];
  #isTaking = false;
  #isClosed = false;

  constructor(runtime: Runtime, take: (signed: SignedPeerEntry) => void) {
    this.#runtime = runtime;
    this.#take = take;
  }

  /** The peer's own entry. */
  addOwn(signed: SignedPeerEntry): void {
    this.#own = signed;
    void this.#run();
  }

  /** Entries of others. */
  add(entries: readonly SignedPeerEntry[]): void {
    this.#others.push(...entries.slice(0, LISTED_BONDS_MAX - this.#others.length));
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    if (this.#isTaking) return;
    this.#isTaking = true;
    const slices = Slices.of(this.#runtime);
    for (;;) {
      const next = this.#own ?? this.#others.shift();
      if (next === undefined || this.#isClosed) break;
      if (next === this.#own) this.#own = undefined;
      try {
        this.#take(next);
      } catch (error) {
        this.#runtime.report(error, `the entry of ${next.entry.id.short()}`);
      }
      if (slices.areUsedUp()) await slices.next();
    }
    this.#isTaking = false;
  }
}
