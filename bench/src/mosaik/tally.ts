import { Digest, logReplaySync, t, type StateMachine } from "mosaik";

/** A sum of numbers: the machine of the groups that are measured. */
export class Tally implements StateMachine<number, undefined, number> {
  readonly signature = Digest.from("bench-tally");
  readonly command = t.u32;
  readonly query = t.unit;
  readonly result = t.u64.asNumber();
  readonly sync: StateMachine["sync"] = logReplaySync({ typeName: "bench::Tally" });
  #sum = 0;

  apply(commands: readonly number[]): void {
    for (const number of commands) this.#sum += number;
  }

  answer(): number {
    return this.#sum;
  }

  reset(): void {
    this.#sum = 0;
  }
}
