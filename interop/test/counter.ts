import { Digest, logReplaySync, t, type ApplyContext, type LeadershipPreference, type StateMachine } from "mosaik";
import type { CounterArgs } from "../src/index.js";

/** The name of the Rust peer's counter. */
export const COUNTER_TYPE_NAME = "mosaik_peer::groups::machine::Counter";

const command = t.enum({ Increment: t.u32, Decrement: t.u32 });
export type CounterCommand = t.Infer<typeof command>;
const placed = t.tuple(t.u64.asNumber(), command);

/** The counter of the Rust peer: the same commands and the same id. */
export class Counter implements StateMachine<CounterCommand, undefined, number> {
  readonly signature = Digest.from("mosaik-peer.counter");
  readonly command = command;
  readonly query = t.unit;
  readonly result = t.i64.asNumber();
  readonly sync;
  readonly preference: LeadershipPreference;
  #value = 0;
  #applied: Uint8Array[] = [];

  constructor({ batchSize, fetchTimeoutMs, preference = { kind: "normal" } }: CounterArgs = {}) {
    this.sync = logReplaySync({
      typeName: COUNTER_TYPE_NAME,
      ...(batchSize !== undefined && { batchSize }),
      ...(fetchTimeoutMs !== undefined && { fetchTimeoutMs }),
    });
    this.preference = preference;
  }

  /** What was applied, as the Rust peer tells it. */
  get applied(): { readonly count: number; readonly checksum: string } {
    return { count: this.#applied.length, checksum: Digest.hash(Buffer.concat(this.#applied)).hex };
  }

  apply(commands: readonly CounterCommand[], { term }: ApplyContext): void {
    for (const given of commands) {
      this.#applied.push(placed.encode([term, given]));
      this.#value += given.kind === "Increment" ? given.value : -given.value;
    }
  }

  answer(): number {
    return this.#value;
  }

  reset(): void {
    this.#value = 0;
    this.#applied = [];
  }
}
