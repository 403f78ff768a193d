import { CollectionError, type Version } from "../../../src/collections/index.js";
import { Network } from "../../../src/node/index.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import { Simulator } from "../../../src/testing/index.js";
import type { AnyHandle, Mirror, Subject } from "./subjects.js";

const WRITERS = ["w0", "w1"];
const READERS = ["r0", "r1"];
const NAMES = [...WRITERS, ...READERS];
const DURATION_MS = 12_000;
/** How long all may take to have the same, once everything is healed. */
const AGREE_MS = 30_000;

/** What happened in one run. */
export interface ChurnOutcome {
  readonly written: number;
  /** Writes that failed, by code. */
  readonly failed: ReadonlyMap<string, number>;
  /** Changes that watchers saw, and resets. */
  readonly seen: number;
  readonly resets: number;
  /** What must not be: in words. */
  readonly wrong: readonly string[];
  readonly reports: readonly unknown[];
}

/** One who watches a collection: he keeps a copy by changes alone, and begins anew, or goes on, now and then. */
class Watcher<R extends AnyHandle, W extends R, Change> {
  seen = 0;
  resets = 0;
  #mirror: Mirror<Change>;
  /** The last version of which the last change was seen. */
  #whole: Version;
  #stop = new AbortController();

  constructor(
    private readonly subject: Subject<R, W, Change>,
    private readonly handle: R,
    private readonly fail: (what: string) => void,
  ) {
    this.#mirror = subject.mirror(handle);
    this.#whole = handle.version;
    void this.#watch();
  }

  contents(): string {
    return this.#mirror.contents();
  }

  /** Stops, and goes on after the last version that was seen whole. */
  resume(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    void this.#watch(this.#whole);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #watch(since?: Version): Promise<void> {
    const { signal } = this.#stop;
    let last = since ?? 0;
    // The state that one looks at after a reset may be ahead of the changes that follow.
    let seenUpTo = 0;
    // Changes of a version that was seen in part come again: they are kept back until the version is whole.
    let part: Change[] = [];
    try {
      for await (const change of this.handle.changes({ signal, ...(since === undefined ? {} : { since }) })) {
        if (signal.aborted) return;
        if ("kind" in change && change.kind === "reset") {
          this.resets++;
          part = [];
          this.#mirror = this.subject.mirror(this.handle);
          seenUpTo = this.handle.version;
        } else if (change.version <= seenUpTo) {
          continue;
        } else {
          this.seen++;
          if (change.version < last) this.fail(`a change of version ${change.version} came after one of ${last}`);
          part.push(change as unknown as Change);
        }
        last = change.version;
        if (!change.isLast) continue;
        for (const one of part) this.#mirror.apply(one);
        part = [];
        this.#whole = change.version;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/**
 * Writers and readers of a collection among partitions, lost connections, paused and crashed nodes; watchers that come and go. One
 * seed gives one course of events.
 */
export async function churn<R extends AnyHandle, W extends R, Change>(
  seed: string,
  subject: Subject<R, W, Change>,
): Promise<ChurnOutcome> {
  const sim = new Simulator({ seed });
  const random = new SeededRandom(`${seed}/churn`);
  const below = (limit: number): number => Math.floor(random.unit() * limit);
  const nodes = new Map<string, Network>();
  const handles = new Map<string, R>();
  const watchers = new Map<string, Watcher<R, W, Change>>();
  const failed = new Map<string, number>();
  const wrong: string[] = [];
  let written = 0;
  let values = 0;
  let seen = 0;
  let resets = 0;

  const join = async (name: string): Promise<void> => {
    const bootstrap = [...nodes.values()].map(({ local }) => ({ id: local.id.hex }));
    const joining = Network.join("test", {
      runtime: sim.runtime(name),
      relay: "none",
      secretKey: name,
      discovery: { bootstrap },
    });
    const network = await sim.within(5000, joining);
    nodes.set(name, network);
    const handle = WRITERS.includes(name) ? subject.def.writer(network) : subject.def.reader(network);
    handles.set(name, handle);
    watch(name);
  };
  const watch = (name: string): void => {
    const watcher = new Watcher(subject, handles.get(name)!, (what) => wrong.push(`${name}: ${what}`));
    watchers.set(name, watcher);
  };
  const unwatch = (name: string): void => {
    const watcher = watchers.get(name)!;
    watcher.stop();
    seen += watcher.seen;
    resets += watcher.resets;
  };
  const write = (): void => {
    const writer = handles.get(WRITERS[below(WRITERS.length)]!) as W;
    subject.write(writer, below, values++).then(
      () => written++,
      (error: unknown) => {
        if (!(error instanceof CollectionError)) throw error;
        failed.set(error.code, (failed.get(error.code) ?? 0) + 1);
      },
    );
  };
  const look = (): void => {
    for (const [name, handle] of handles) {
      if (!subject.isWhole(handle)) wrong.push(`${name} has half of something at ${sim.nowMs.toFixed(1)} ms`);
    }
  };
  const advance = (ms: number): Promise<void> => {
    let isOver = false;
    sim.runtime("clock").after(ms, () => (isOver = true));
    const isDone = (): boolean => {
      look();
      return isOver;
    };
    return sim.until(isDone, { withinMs: ms + 1 });
  };

  for (const name of NAMES) await join(name);
  const areOnline = (): boolean => [...handles.values()].every((handle) => handle.isOnline);
  await sim.until(areOnline, { withinMs: 20_000, what: "all to be online" });

  const endMs = sim.nowMs + DURATION_MS;
  while (sim.nowMs < endMs) {
    for (let i = below(8); i > 0; i--) write();
    await fault(below(12));
    await advance(20 + below(200));
  }
  sim.faults.healAll();
  for (const name of NAMES) sim.faults.resume(name);
  const agree = (): boolean => {
    look();
    const [first, ...others] = [...handles.values()];
    if (!areOnline()) return false;
    const contents = subject.contents(first!);
    return others.every((other) => other.version === first!.version && subject.contents(other) === contents);
  };
  await sim.until(agree, { withinMs: AGREE_MS, what: "all to have the same" });
  await sim.advance(100);
  for (const [name, watcher] of watchers) {
    if (watcher.contents() !== subject.contents(handles.get(name)!))
      wrong.push(`the watcher at ${name} has something else`);
    unwatch(name);
  }
  const closing = Promise.all([...nodes.values()].map((node) => node.close()));
  await sim.within(10_000, closing, "the nodes to close");
  return { written, failed, seen, resets, wrong, reports: sim.reports };

  async function fault(kind: number): Promise<void> {
    const one = NAMES[below(NAMES.length)]!;
    const other = NAMES[below(NAMES.length)]!;
    switch (kind) {
      case 0:
        return one === other ? undefined : sim.faults.partition(one, other);
      case 1:
        return one === other ? undefined : sim.faults.partitionOneWay(one, other);
      case 2:
        return sim.faults.split(
          NAMES.filter((_, i) => i % 2 === 0),
          NAMES.filter((_, i) => i % 2 === 1),
        );
      case 3:
      case 4:
      case 5:
        return sim.faults.healAll();
      case 6:
        return one === other ? undefined : sim.faults.dropConnections(one, other);
      case 7:
        sim.faults.pause(one);
        await advance(below(3000));
        return sim.faults.resume(one);
      case 8: {
        if (below(3) > 0) return;
        unwatch(one);
        nodes.delete(one);
        handles.delete(one);
        sim.faults.crash(one);
        return join(one);
      }
      case 9:
        unwatch(one);
        return watch(one);
      case 10:
        return watchers.get(one)!.resume();
    }
  }
}
