import type { Replica } from "./replica.js";

let loaded: typeof Replica | undefined;
let loading: Promise<typeof Replica> | undefined;

/** What makes a member, if this process has it by now: half of what groups weigh, and of no use to nodes without any. */
export function loadedReplica(): typeof Replica | undefined {
  return loaded;
}

/** Loads it, once in a process. A failure is that of this attempt: the next may be luckier. */
export function loadReplica(): Promise<typeof Replica> {
  loading ??= import("./replica.js").then(
    (module) => (loaded = module.Replica),
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

/** Gives what was loaded otherwise. */
export function provideReplica(replica: typeof Replica): void {
  loaded = replica;
}
