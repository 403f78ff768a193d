import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";

beforeAll(buildCommand);

describe("mosaik bench", () => {
  it.each(["stream", "call", "group", "map"])("measures %s between two processes of this machine", async (what) => {
    const { exitCode, stdout, stderr } = await run([
      ...["bench", what, "--local", "--count", "2000", "--size", "100", "--json", "--quiet"],
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const measured = JSON.parse(stdout) as Measured;
    expect(measured).toMatchObject({ bench: what, size: 100, items: 2000, bytes: 200_000 });
    expect(measured.itemsPerSecond).toBeCloseTo((2000 / measured.elapsedMs) * 1000, 3);
    const { p50, p90, p99, max } = measured.latencyMs;
    expect(p50).toBeGreaterThan(0);
    expect([p90, p99, max]).toEqual([p50, p90, p99, max].sort((a, b) => a - b).slice(1));
  });

  it("measures with a server that was started before, for people, and ends when its time is over", async () => {
    const common = ["--network", "bench", "--no-relay", "--no-dht", "--bind", "127.0.0.1:0"];
    await using server = start(["bench", "serve", "--json", ...common]);
    const [{ address, id }] = (await server.lines.firstJson(1)) as [{ address: string; id: string }];
    const args = ["--duration", "300ms", "--peer", id.slice(0, 6), "--bootstrap", address, ...common];
    const { stdout, exitCode } = await run(["bench", "call", ...args]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^WHAT +SIZE +ITEMS .*\ncall +64 B +\d+ +\d+ +[\d.]+ +[\d.]+ ms/);
    expect(await server.interrupt()).toMatchObject({ exitCode: 130 });
  });

  it("takes the other side along, however it ends", async () => {
    const network = /--network mosaik bench [-0-9a-f]+/;
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      await using bench = start(["bench", "call", "--local", "--duration", "60s"]);
      await bench.errorLines.find(/measuring call/);
      const server = childOf(bench.pid, network);
      bench.signal(signal);
      await bench.finished();
      await gone(server);
    }
  });

  it("exits with 3 where nobody serves", async () => {
    await using beacon = start(["beacon", "--json", "--network", "bench", "--no-relay", "--no-dht"]);
    const [{ address }] = (await beacon.lines.firstJson(1)) as [{ address: string }];
    const args = ["--network", "bench", "--no-relay", "--no-dht", "--bootstrap", address, "--timeout", "500ms"];
    expect(await run(["bench", "stream", ...args])).toMatchObject({ exitCode: 3, stdout: "" });
  });
});

interface Measured {
  readonly elapsedMs: number;
  readonly itemsPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
}

/** The id of a child of a process, by what stands in its command line. */
function childOf(parent: number, pattern: RegExp): number {
  const lines = execFileSync("ps", ["--ppid", String(parent), "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
  return Number.parseInt(
    lines.find((line) => pattern.test(line))!,
    10,
  );
}

/** Waits until a process is there no more. */
async function gone(pid: number): Promise<void> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    if (performance.now() > endMs) throw new Error(`process ${pid} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
