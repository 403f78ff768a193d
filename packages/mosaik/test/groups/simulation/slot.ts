import type { BondEvent, BondUser } from "./bonds.js";
import type { Member } from "./member.js";
import type { MemberClock } from "./member-clock.js";

/** Where a member runs: its processes follow each other here. */
export class Slot implements BondUser {
  readonly number: number;
  readonly clock: MemberClock;
  member: Member | undefined;
  incarnation = 0;
  /** Whom it knows to be a member. */
  readonly catalog = new Set<number>();
  /** What it was told last of its mesh. */
  mesh: boolean | undefined;
  readonly #onEvent: (slot: Slot, event: BondEvent) => void;

  constructor(number: number, clock: MemberClock, onEvent: (slot: Slot, event: BondEvent) => void) {
    this.number = number;
    this.clock = clock;
    this.#onEvent = onEvent;
  }

  get isUp(): boolean {
    return this.member !== undefined;
  }

  get isPaused(): boolean {
    return this.member?.isPaused === true;
  }

  take(event: BondEvent): void {
    this.#onEvent(this, event);
  }
}
