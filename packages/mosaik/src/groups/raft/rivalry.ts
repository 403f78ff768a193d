import { PeerId } from "../../primitives/index.js";
import { compareCursors, type Cursor } from "../positions.js";
import { leaderSilenceMs, rivalryDelayMs } from "./early-election.js";
import type { AppendEntries } from "./messages.js";
import type { RaftState } from "./state.js";

/**
 * A leader and others of its term, each with a log of its own, of which only one stays. All stand for election in the next term (spec 05
 * §6.6); when several do so at once none wins, and the first to do so may win before one with a better log is heard. So each waits until those that
 * are being bonded are heard, and gives whoever has a better log more time.
 */
export class Rivalry {
  readonly #state: RaftState;
  #sinceMs: number | undefined;
  #isOutdone = false;

  constructor(state: RaftState) {
    this.#state = state;
  }

  /** When to stand for election; never, without a rival: `Infinity`. */
  get deadlineMs(): number {
    const { rules, config } = this.#state;
    if (this.#sinceMs === undefined) return Infinity;
    if (!rules.yieldsToRival) return this.#sinceMs;
    return this.#sinceMs + (this.#isOutdone ? leaderSilenceMs(config) : rivalryDelayMs(config));
  }

  /** @returns whether this is the first one heard that has a better log, and is to hear where ours ends */
  heard({ leader, prev, entries }: AppendEntries): boolean {
    this.#sinceMs ??= this.#state.nowMs;
    if (!this.#state.rules.yieldsToRival || this.#isOutdone) return false;
    this.#isOutdone = this.#isWorseThan(leader, endOf(prev, entries));
    return this.#isOutdone;
  }

  #isWorseThan(rival: PeerId, end: Cursor): boolean {
    const order = compareCursors(this.#state.log.last(), end);
    return order === 0 ? PeerId.compare(this.#state.localId, rival) > 0 : order < 0;
  }
}

function endOf(prev: Cursor, entries: AppendEntries["entries"]): Cursor {
  const last = entries.at(-1);
  return last === undefined ? prev : { term: last.term, index: prev.index + entries.length };
}
