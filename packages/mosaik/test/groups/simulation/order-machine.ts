import { t } from "@mosaik/postcard";
import type { ApplyContext, LeadershipPreference, StateMachine } from "../../../src/groups/machine/machine.js";
import type { StateSync } from "../../../src/groups/sync/sync.js";
import { Digest } from "../../../src/primitives/index.js";
import { link } from "./observed-log.js";

/** The number of commands applied, and a hash of them and their order, whatever their terms. */
export type OrderState = readonly [count: number, hash: number];

/** A counter that remembers in which order it was counted up. */
export class OrderMachine implements StateMachine<number, undefined, OrderState> {
  readonly signature = Digest.from("order");
  readonly command = t.u32;
  readonly query = t.unit;
  readonly result = t.tuple(t.u32, t.u32);
  readonly sync: StateSync;
  readonly preference: LeadershipPreference;
  /** `order[i]` is the command at the place i + 1. */
  order: number[] = [];
  /** Equal to that of a log with the same commands. */
  hash = 0;
  #orderHash = 0;

  constructor(sync: StateSync, preference: LeadershipPreference) {
    this.sync = sync;
    this.preference = preference;
  }

  apply(commands: readonly number[], { committed, term }: ApplyContext): void {
    if (committed.index !== this.order.length) {
      throw new Error(`the command of place ${committed.index + 1} was applied in place ${this.order.length + 1}`);
    }
    for (const command of commands) {
      this.order.push(command);
      this.hash = link(this.hash, term, this.command.encode(command));
      this.#orderHash = linkOrder(this.#orderHash, command);
    }
  }

  answer(): OrderState {
    return [this.order.length, this.#orderHash];
  }

  /** The old order belongs to the member's past: it is kept there, not emptied. */
  reset(): void {
    this.order = [];
    this.hash = 0;
    this.#orderHash = 0;
  }
}

/** What a machine answers that has applied these. */
export function answerOf(order: readonly unknown[]): OrderState {
  return [order.length, order.reduce<number>((hash, command) => linkOrder(hash, Number(command)), 0)];
}

function linkOrder(hash: number, command: number): number {
  return (Math.imul(hash ^ command ^ (hash >>> 15), 0x85ebca6b) + 1) >>> 0;
}
