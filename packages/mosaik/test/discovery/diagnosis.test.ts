import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALPN } from "../../src/network/index.js";
import { Network } from "../../src/node/index.js";
import { PeerId } from "../../src/primitives/index.js";
import type { Connection, Endpoint } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";

describe("a diagnosis, and a ping, of a peer that takes connections and says nothing", () => {
  let sim: Simulator;
  let node: Network;
  let silent: Endpoint;
  let id: PeerId;

  beforeEach(async () => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
    node = await sim.within(1000, Network.join("diagnosis", { runtime: sim.runtime("node"), relay: "none" }));
    const secretKey = new Uint8Array(32).fill(7);
    silent = await sim.runtime("silent").transport.bind({ secretKey, alpns: Object.values(ALPN) });
    id = PeerId.from(silent.id);
  });

  afterEach(async () => {
    await sim.within(10_000, Promise.all([node.close(), silent.close()]));
    expect(sim.reports).toEqual([]);
    await sim.close();
  });

  /** How long a promise took to settle, in ms of virtual time, and how it did. */
  const timed = async (promise: Promise<unknown>): Promise<[PromiseSettledResult<unknown>, number]> => {
    const startMs = sim.nowMs;
    const [result] = await sim.within(60_000, Promise.allSettled([promise]));
    return [result, sim.nowMs - startMs];
  };

  it.each([
    [undefined, 5000],
    [300, 300],
    [20_000, 20_000],
  ])("takes timeoutMs: %s", async (timeoutMs, tookMs) => {
    const diagnosing = node.discovery.diagnose(id, { timeoutMs });
    const [, ms] = await timed(diagnosing);
    const { peer, isHealthy, findings } = await diagnosing;
    expect({ peer, isHealthy }).toEqual({ peer: id, isHealthy: false });
    expect(findings.at(-1)).toMatch(/does not answer a ping: .*for \d+ ms/);
    expect(Math.abs(ms - tookMs)).toBeLessThan(2);
  });

  it.each(["diagnose", "ping"] as const)("%s is given up by its signal, before and while it waits", async (what) => {
    const reason = new Error("enough of it");
    const rejection = what === "diagnose" ? reason : (expect.objectContaining({ code: "pingFailed" }) as Error);
    const early = await timed(node.discovery[what](id, { signal: AbortSignal.abort(reason) }));
    expect(early[0]).toEqual({ status: "rejected", reason: rejection });

    const stop = new AbortController();
    const waiting = timed(node.discovery[what](id, { signal: stop.signal }));
    const connection = (await sim.within(1000, silent.accept())) as Connection;
    sim.runtime("node").after(200, () => stop.abort(reason));
    const [result, ms] = await waiting;
    expect(result).toEqual({ status: "rejected", reason: rejection });
    expect(ms).toBeLessThan(500);
    await sim.within(1000, connection.closed);
  });

  it.each([-1, NaN, "1s" as unknown as number])("takes no timeoutMs that is %s", async (timeoutMs) => {
    const invalid = {
      name: "DiscoveryError",
      code: "invalidOption",
      message: expect.stringContaining("timeoutMs") as string,
    };
    await expect(node.discovery.diagnose(id, { timeoutMs })).rejects.toMatchObject(invalid);
    await expect(node.discovery.ping(id, { timeoutMs })).rejects.toMatchObject(invalid);
  });
});
