import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";

const alpn = "chatter/1";

/** Some nodes that ping each other at random times, through faults, for a while. */
async function chatter(seed: number): Promise<{ trace: string; pings: number; events: number }> {
  const sim = new Simulator({ seed });
  const endpoints: Endpoint[] = [];
  let pings = 0;
  for (let i = 0; i < 6; i++) {
    const runtime = sim.runtime(`node-${i}`);
    const endpoint = await runtime.transport.bind({ secretKey: runtime.random.bytes(32), alpns: [alpn] });
    endpoints.push(endpoint);
    const serve = async (): Promise<void> => {
      for (let connection = await endpoint.accept(); connection; connection = await endpoint.accept()) {
        connection
          .acceptBi()
          .then(({ send, recv }) => recv.start((chunk) => void send.tryWrite(chunk), ignore, 1_000_000), ignore);
      }
    };
    const ping = async (): Promise<void> => {
      const peer = endpoints[runtime.random.u32() % endpoints.length]!;
      const connection = await endpoint.dial(peer.addr(), [alpn]);
      const { send, recv } = await connection.openBi();
      send.tryWrite(runtime.random.bytes(runtime.random.u32() % 300));
      recv.start(
        () => {
          pings++;
          connection.close(200, "Success");
        },
        ignore,
        1_000_000,
      );
    };
    const tick = (): void => {
      ping().catch(ignore);
      runtime.after(50 + runtime.random.unit() * 100, tick);
    };
    runtime.soon(tick);
    void serve();
  }
  await sim.advance(2_000);
  sim.faults.partition("node-0", "node-1");
  sim.faults.pause("node-2");
  await sim.advance(2_000);
  sim.faults.healAll();
  sim.faults.resume("node-2");
  sim.faults.crash("node-3");
  await sim.advance(2_000);
  return { trace: sim.traceHash(), pings, events: sim.eventCount };
}

function ignore(): void {}

describe("the simulator", () => {
  it("repeats a seed to the last event, and different seeds differ", async () => {
    const traces = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      const [once, again] = [await chatter(seed), await chatter(seed)];
      expect(again).toEqual(once);
      expect(once.pings).toBeGreaterThan(100);
      traces.add(once.trace);
    }
    expect(traces.size).toBe(10);
  });

  it("names the seed, the time and what was waited for", async () => {
    const sim = new Simulator({ seed: "lost" });
    const wait = sim.until(() => false, { withinMs: 250, what: "a miracle" });
    await expect(wait).rejects.toThrow("seed lost: waited 250 ms for a miracle, until 250 ms of virtual time");
    await expect(sim.within(50, new Promise(ignore), "another")).rejects.toThrow("waited 50 ms for another");
  });

  it("settles as the promise does that it waits for", async () => {
    const sim = new Simulator({ seed: 1 });
    const runtime = sim.runtime("node");
    const soon = new Promise<string>((resolve) => runtime.after(30, () => resolve("done")));
    expect(await sim.within(100, soon)).toBe("done");
    expect(sim.nowMs).toBe(30);
    const failing = new Promise<never>((_, reject) => runtime.after(30, () => reject(new Error("failed"))));
    await expect(sim.within(100, failing)).rejects.toThrow("failed");
  });

  it("refuses faults of nodes that do not exist", () => {
    expect(() => new Simulator({ seed: 1 }).faults.pause("nobody")).toThrow(TypeError);
  });
});
