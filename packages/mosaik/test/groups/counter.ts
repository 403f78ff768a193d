import { t } from "@mosaik/postcard";
import { Digest } from "../../src/primitives/index.js";
import type { LeadershipPreference, StateMachine } from "../../src/groups/machine/machine.js";
import { logReplaySync } from "../../src/groups/sync/log-replay/index.js";

export const CounterCommand = t.enum("all::groups::CounterCommand", { Increment: t.u32, Decrement: t.u32 });
export type CounterCommand = t.Infer<typeof CounterCommand>;

/** The counter of Rust's tests (`all::groups::Counter`): its groups are those of the Rust counter with the same batch size. */
export class Counter implements StateMachine<CounterCommand, undefined, bigint> {
  readonly signature = Digest.fromInteger(2, 1);
  readonly command = CounterCommand;
  readonly query = t.unit;
  readonly result = t.i64;
  readonly sync;
  readonly preference: LeadershipPreference;
  value = 0n;

  constructor(options: { syncBatchSize?: number; preference?: LeadershipPreference } = {}) {
    this.sync = logReplaySync({ typeName: "all::groups::Counter", batchSize: options.syncBatchSize ?? 1000 });
    this.preference = options.preference ?? { kind: "normal" };
  }

  apply(commands: readonly CounterCommand[]): void {
    for (const { kind, value } of commands) {
      const change = kind === "Increment" ? BigInt(value) : -BigInt(value);
      this.value = BigInt.asIntN(64, this.value + change);
    }
  }

  answer(): bigint {
    return this.value;
  }

  reset(): void {
    this.value = 0n;
  }
}

export function increment(by: number): CounterCommand {
  return { kind: "Increment", value: by };
}

export function decrement(by: number): CounterCommand {
  return { kind: "Decrement", value: by };
}
