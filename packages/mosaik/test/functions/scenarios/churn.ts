import { t } from "@mosaik/postcard";
import { func, FunctionError, type Caller, type Handler } from "../../../src/functions/index.js";
import { Network } from "../../../src/node/index.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import { Simulator } from "../../../src/testing/index.js";

const Work = func("work", { request: t.u32, response: t.u32 });

const HANDLERS = ["h0", "h1", "h2"];
const CALLERS = ["c0", "c1"];
const DURATION_MS = 20_000;

/** One call, as its caller saw it. */
export interface CallRecord {
  readonly id: number;
  readonly isIdempotent: boolean;
  readonly dueMs: number;
  readonly wasCancelled: boolean;
  settledMs: number | undefined;
  answer: number | undefined;
  error: FunctionError | undefined;
}

/** What happened in one run of the scenario. */
export interface ChurnOutcome {
  readonly calls: readonly CallRecord[];
  /** How often the function began, by call. */
  readonly runs: ReadonlyMap<number, number>;
  /** Calls that handlers still serve, and callers still wait for, once everything is healed and every deadline has passed. */
  readonly leftOver: number;
  readonly reports: readonly unknown[];
}

/**
 * Callers and handlers among partitions, lost connections, paused and crashed handlers, and handlers that are closed and registered
 * anew; calls with deadlines of every length, some given up. One seed gives one course of events.
 */
export async function churn(seed: string): Promise<ChurnOutcome> {
  const sim = new Simulator({ seed });
  const random = new SeededRandom(`${seed}/churn`);
  const below = (limit: number): number => Math.floor(random.unit() * limit);
  const nodes = new Map<string, Network>();
  const handlers = new Map<string, Handler>();
  const runs = new Map<number, number>();
  const calls: CallRecord[] = [];

  const bootstrap = (): { id: string }[] => [...nodes.values()].map(({ local }) => ({ id: local.id.hex }));
  const join = async (name: string): Promise<Network> => {
    const runtime = sim.runtime(name);
    const discovery = { bootstrap: bootstrap() };
    const node = await sim.within(5000, Network.join("test", { runtime, relay: "none", secretKey: name, discovery }));
    nodes.set(name, node);
    return node;
  };
  const handle = (name: string): void => {
    const { runtime } = nodes.get(name)!.local;
    const handler = Work.handle(
      nodes.get(name)!,
      async (id, { signal }) => {
        runs.set(id, (runs.get(id) ?? 0) + 1);
        await new Promise<void>((resolve) => {
          runtime.after(id % 7 === 0 ? 3000 : (id % 50) + 1, resolve);
          if (id % 2 === 0) signal.addEventListener("abort", () => resolve());
        });
        return id + 1;
      },
      { maxConcurrent: 4 },
    );
    handlers.set(name, handler);
  };
  const call = (caller: Caller<number, number>): void => {
    const id = calls.length;
    const timeoutMs = [20, 200, 1000, 5000][below(4)]!;
    const isIdempotent = below(2) === 0;
    const abort = new AbortController();
    const wasCancelled = below(8) === 0;
    const record: CallRecord = {
      id,
      isIdempotent,
      dueMs: sim.nowMs + timeoutMs,
      wasCancelled,
      settledMs: undefined,
      answer: undefined,
      error: undefined,
    };
    calls.push(record);
    caller(id, { timeoutMs, idempotent: isIdempotent, signal: abort.signal }).then(
      (answer) => {
        record.answer = answer;
        record.settledMs = sim.nowMs;
      },
      (error: unknown) => {
        if (!(error instanceof FunctionError)) throw error;
        record.error = error;
        record.settledMs = sim.nowMs;
      },
    );
    if (wasCancelled) sim.runtime("clock").after(below(300), () => abort.abort());
  };

  for (const name of [...HANDLERS, ...CALLERS]) await join(name);
  for (const name of HANDLERS) handle(name);
  const callers = CALLERS.map((name) => Work.caller(nodes.get(name)!));
  await sim.until(() => callers.every((caller) => caller.handlers().length === HANDLERS.length), { withinMs: 30_000 });

  const endMs = sim.nowMs + DURATION_MS;
  while (sim.nowMs < endMs) {
    for (let i = below(6); i > 0; i--) call(callers[below(callers.length)]!);
    await fault(below(10));
    await sim.advance(50 + below(400));
  }
  sim.faults.healAll();
  for (const name of HANDLERS) sim.faults.resume(name);
  await sim.advance(10_000);
  const served = [...handlers.values()].reduce((sum, handler) => sum + handler.stats().inflight, 0);
  const waiting = callers.reduce((sum, caller) => sum + caller.stats().inflight, 0);
  const closing = Promise.all([...nodes.values()].map((node) => node.close()));
  await sim.within(10_000, closing, "the nodes to close");
  return { calls, runs, leftOver: served + waiting, reports: sim.reports };

  async function fault(kind: number): Promise<void> {
    const handler = HANDLERS[below(HANDLERS.length)]!;
    const caller = CALLERS[below(CALLERS.length)]!;
    switch (kind) {
      case 0:
        return sim.faults.partition(handler, caller);
      case 1:
        return sim.faults.partitionOneWay(
          ...(below(2) === 0 ? ([handler, caller] as const) : ([caller, handler] as const)),
        );
      case 2:
      case 3:
        return sim.faults.healAll();
      case 4:
        return sim.faults.dropConnections(handler, caller);
      case 5:
        sim.faults.pause(handler);
        await sim.advance(below(2000));
        return sim.faults.resume(handler);
      case 6:
        await sim.within(2000, handlers.get(handler)!.close(), "the handler to close");
        return handle(handler);
      case 7: {
        if (below(3) > 0) return;
        nodes.delete(handler);
        sim.faults.crash(handler);
        await join(handler);
        return handle(handler);
      }
    }
  }
}
