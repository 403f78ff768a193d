import type { Network, PeerId } from "mosaik";
import type { Action, Invocation } from "../action.js";
import { MEASURES, serverOf } from "../bench/benches.js";
import { startLocalServer } from "../bench/local-server.js";
import type { Measurement } from "../bench/load.js";
import { BENCH_TAG } from "../bench/names.js";
import type { BenchFlags, BenchName } from "../commands/bench.js";
import type { Output } from "../output.js";
import { Session } from "../session/session.js";

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

/** Measures one thing. */
export function runBench(name: BenchName): Action<BenchFlags> {
  return async (invocation) => {
    if (!invocation.options.local) return measure(name, invocation);
    await using server = await invocation.output.during("starting the other side", startLocalServer());
    await measure(name, { ...invocation, options: { ...invocation.options, ...server.flags } });
  };
}

async function measure(name: BenchName, invocation: Invocation<BenchFlags>): Promise<void> {
  const { options, output, signal } = invocation;
  const { size, count, duration: durationMs, concurrency = 1, peer = "" } = options;
  await Session.run(invocation, async (session) => {
    const server = await serverOf(session, (network) => tagged(network, peer));
    const measuring = MEASURES[name](session, server, { size, count, durationMs, concurrency, signal });
    const measured = await output.during(`measuring ${name} with ${server.short()}`, measuring);
    print(output, { bench: name, peer: server.hex, size, ...(name === "stream" ? {} : { concurrency }) }, measured);
  });
}

function tagged({ discovery }: Network, start: string): PeerId | undefined {
  return discovery.catalog.peers().find(({ id, entry }) => entry.tags.has(BENCH_TAG) && id.hex.startsWith(start))?.id;
}

interface Setting {
  readonly bench: BenchName;
  readonly peer: string;
  readonly size: number;
  readonly concurrency?: number;
}

function print(output: Output, setting: Setting, { items, bytes, elapsedMs, latency }: Measurement): void {
  const perSecond = (what: number) => (what * 1000) / elapsedMs;
  const latencyMs = {
    ...Object.fromEntries(Object.entries(SHARES).map(([name, share]) => [name, latency.percentile(share)] as const)),
    max: latency.maxMs,
  };
  const json = {
    ...setting,
    items,
    bytes,
    elapsedMs,
    itemsPerSecond: perSecond(items),
    bytesPerSecond: perSecond(bytes),
    latencyMs,
    latencies: latency.count,
  };
  const cells = [
    setting.bench,
    `${setting.size} B`,
    String(items),
    Math.round(json.itemsPerSecond).toString(),
    (json.bytesPerSecond / 1e6).toFixed(1),
    ...Object.values(latencyMs).map((ms) => `${ms.toFixed(ms < 10 ? 2 : 0)} ms`),
  ];
  output.table(["WHAT", "SIZE", "ITEMS", "ITEMS/S", "MB/S", "P50", "P90", "P99", "MAX"], [{ json, cells }]);
}
