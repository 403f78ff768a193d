import type { Runtime } from "../runtime/index.js";

/** Deadlines of so many ms share a slot. */
const SLOT_MS = 16;

/** Something that has a deadline. */
export abstract class Timed {
  /** On the runtime's monotonic clock. */
  dueMs = Infinity;
  /** Where it waits; for the wheel only. */
  slot: Slot | undefined;
  next: Timed | undefined;
  previous: Timed | undefined;

  /** The deadline has passed. Must not throw. */
  abstract onDue(): void;
}

interface Slot {
  readonly tick: number;
  first: Timed | undefined;
  /** No deadline of the slot is before this, in ms. */
  earliestMs: number;
}

/** The deadlines of many calls with one timer for all: adding and removing one costs no timer. */
export class Deadlines {
  readonly #runtime: Runtime;
  readonly #slots = new Map<number, Slot>();
  #cancelTimer: (() => void) | undefined;
  #armedMs = Infinity;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Calls `timed.onDue()` at `dueMs`, unless it is removed before; `Infinity` for never. */
  add(timed: Timed, dueMs: number): void {
    timed.dueMs = dueMs;
    if (dueMs === Infinity) return;
    const tick = Math.floor(dueMs / SLOT_MS);
    let slot = this.#slots.get(tick);
    if (slot === undefined) {
      slot = { tick, first: undefined, earliestMs: dueMs };
      this.#slots.set(tick, slot);
    }
    timed.slot = slot;
    timed.next = slot.first;
    if (slot.first !== undefined) slot.first.previous = timed;
    slot.first = timed;
    if (dueMs < slot.earliestMs) slot.earliestMs = dueMs;
    if (dueMs < this.#armedMs) this.#arm(dueMs);
  }

  remove(timed: Timed): void {
    const { slot, next, previous } = timed;
    if (slot === undefined) return;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) previous.next = next;
    else slot.first = next;
    timed.slot = timed.next = timed.previous = undefined;
    if (slot.first === undefined) this.#slots.delete(slot.tick);
  }

  /** Forgets every deadline. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#armedMs = Infinity;
    this.#slots.clear();
  }

  #arm(atMs: number): void {
    this.#cancelTimer?.();
    this.#armedMs = atMs;
    this.#cancelTimer = this.#runtime.after(Math.max(0, atMs - this.#runtime.monoMs()), () => this.#onTimer());
  }

  #onTimer(): void {
    this.#cancelTimer = undefined;
    this.#armedMs = Infinity;
    const nowMs = this.#runtime.monoMs();
    const due: Timed[] = [];
    for (const slot of this.#slots.values()) if (slot.earliestMs <= nowMs) collectDue(slot, nowMs, due);
    for (const timed of due) this.remove(timed);
    for (const timed of due) timed.onDue();
    let earliestMs = Infinity;
    for (const slot of this.#slots.values()) earliestMs = Math.min(earliestMs, slot.earliestMs);
    if (earliestMs < this.#armedMs) this.#arm(earliestMs);
  }
}

function collectDue(slot: Slot, nowMs: number, due: Timed[]): void {
  slot.earliestMs = Infinity;
  for (let timed = slot.first; timed !== undefined; timed = timed.next) {
    if (timed.dueMs <= nowMs) due.push(timed);
    else slot.earliestMs = Math.min(slot.earliestMs, timed.dueMs);
  }
}
