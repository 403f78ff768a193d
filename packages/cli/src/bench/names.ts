import {
  collection,
  Digest,
  func,
  GroupKey,
  logReplaySync,
  stream,
  t,
  type LeadershipPreference,
  type PeerId,
  type StateMachine,
  type StateSync,
} from "mosaik";

/** The label of a node that is the other side of measurements. */
export const BENCH_TAG = Digest.from("mosaik.bench");

/** What one server offers: under ids of its own, so that several do not meet. */
export function benchOf(server: PeerId) {
  const name = (what: string) => Digest.from("mosaik.bench").derive(server.bytes).derive(what);
  return {
    /** What is measured goes there … */
    forth: stream(name("forth"), t.bytes),
    /** … and what begins with `PROBE` comes back. */
    back: stream(name("back"), t.bytes),
    echo: func(name("echo"), { request: t.bytes, response: t.bytes }),
    map: collection.map(name("map"), t.u32, t.bytes),
    groupKey: GroupKey.fromSecret(name("group")),
  };
}

/** The first byte of a datum that is sent back. */
export const PROBE = 1;

/** Counts the commands that it is given. */
export class CountingMachine implements StateMachine<Uint8Array, undefined, number> {
  readonly signature = Digest.from("mosaik.bench.counting");
  readonly command = t.bytes;
  readonly query = t.unit;
  readonly result = t.u64.asNumber();
  readonly sync: StateSync = logReplaySync({ typeName: "mosaik::bench::Counting" });
  readonly preference: LeadershipPreference;
  #count = 0;

  constructor(preference: LeadershipPreference) {
    this.preference = preference;
  }

  apply(commands: readonly Uint8Array[]): void {
    this.#count += commands.length;
  }

  answer(): number {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}
