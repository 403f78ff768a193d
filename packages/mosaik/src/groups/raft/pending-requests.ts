import type { PeerId } from "../../primitives/index.js";
import type { RequestId } from "./messages.js";

interface Pending<T> {
  readonly id: RequestId;
  readonly to: PeerId;
  readonly dueMs: number;
  readonly value: T;
}

/** Requests to the leader that were not answered yet, in the order in which they were sent. All of them may take equally long. */
export class PendingRequests<T> {
  readonly #timeoutMs: number;
  readonly #unit: () => number;
  /** By the low half of the id: it alone is unique here. */
  readonly #pending = new Map<number, Pending<T>>();

  constructor(timeoutMs: number, unit: () => number) {
    this.#timeoutMs = timeoutMs;
    this.#unit = unit;
  }

  /** When the first one has taken too long; never: `Infinity`. */
  get deadlineMs(): number {
    for (const { dueMs } of this.#pending.values()) return dueMs;
    return Infinity;
  }

  /** Keeps `value` until the answer to the returned id comes. */
  add(to: PeerId, value: T, nowMs: number): RequestId {
    let low = this.#u32();
    while (this.#pending.has(low)) low = (low + 1) >>> 0;
    const id = { low, high: this.#u32() };
    this.#pending.set(low, { id, to, dueMs: nowMs + this.#timeoutMs, value });
    return id;
  }

  /** What the answer is to; nothing for an unknown id. */
  take({ low, high }: RequestId): T | undefined {
    const pending = this.#pending.get(low);
    if (pending?.id.high !== high) return undefined;
    this.#pending.delete(low);
    return pending.value;
  }

  /** Takes those that have waited long enough. */
  takeExpired(nowMs: number): readonly T[] {
    return this.#takeWhere(({ dueMs }) => dueMs <= nowMs);
  }

  /** Takes those that were sent to one peer; without one: all. */
  takeSentTo(peer?: PeerId): readonly T[] {
    return this.#takeWhere(({ to }) => peer === undefined || to === peer);
  }

  #takeWhere(isWanted: (pending: Pending<T>) => boolean): readonly T[] {
    const taken: T[] = [];
    for (const [key, pending] of this.#pending) {
      if (!isWanted(pending)) continue;
      this.#pending.delete(key);
      taken.push(pending.value);
    }
    return taken;
  }

  #u32(): number {
    return Math.floor(this.#unit() * 2 ** 32);
  }
}
