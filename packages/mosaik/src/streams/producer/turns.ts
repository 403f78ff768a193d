import type { Runtime } from "../../runtime/index.js";

/** Producers let other work run after so long without a pause, all of a node together, in ms. */
const TURN_MS = 4;
/** What the producers of a turn may encode, divided among them, before one looks at the clock again, in bytes. */
const CHECK_BYTES = 64 * 1024;
/** The least that one of them encodes between two looks, in bytes. */
const SHARE_MIN_BYTES = 1024;

/** Who sends in a turn. */
export interface TurnMember {
  /** The turn has taken long enough: nothing more is sent in it. */
  pause(): void;
  /** The turn ends: what it sent is handed on. */
  endTurn(): void;
  /** The next turn begins. */
  beginTurn(): void;
}

/**
 * The turns of the event loop that the producers of one node send in: whoever sends takes part, what was sent goes out at the turn's end,
 * and the time that a turn may take is shared by all.
 */
export class Turns {
  readonly #runtime: Runtime;
  /** First those whom the turn before did not come to. */
  #members = new Set<TurnMember>();
  #startMs = 0;
  #isOver = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Whether this turn has taken long enough. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** How much a member may encode before it calls `look` again, in bytes. */
  get shareBytes(): number {
    return Math.max(SHARE_MIN_BYTES, CHECK_BYTES / this.#members.size);
  }

  /** Takes part in this turn. A second time changes nothing. */
  join(member: TurnMember): void {
    if (this.#members.size === 0) {
      this.#startMs = this.#runtime.monoMs();
      this.#runtime.soon(() => this.#next());
    }
    this.#members.add(member);
  }

  /** Looks at the clock. */
  look(): void {
    if (this.#isOver || this.#runtime.monoMs() - this.#startMs <= TURN_MS) return;
    this.#isOver = true;
    for (const member of this.#members) member.pause();
  }

  #next(): void {
    const members = [...this.#members];
    this.#members.clear();
    this.#isOver = false;
    for (const member of members) member.endTurn();
    let served = 0;
    while (served < members.length && !this.#isOver) members[served++]!.beginTurn();
    if (!this.#isOver) return;
    // Those who were served have taken part, and so the next turn is coming.
    this.#members = new Set([...members.slice(served), ...this.#members]);
  }
}
