import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/runtime/index.js";
import { createWorld, type WorldKind } from "../../src/testing/index.js";

const alpn = "world/1";

describe.each(["simulated", "live"] as const)("a %s world", (kind: WorldKind) => {
  it("lets nodes meet by their ids alone, without a relay", async () => {
    const world = createWorld(kind, { seed: 1 });
    const endpoints: Endpoint[] = [];
    for (const name of ["alice", "bob"]) {
      const { random, transport } = await world.runtime(name);
      const bound = transport.bind({ secretKey: random.bytes(32), alpns: [alpn], relay: "default" });
      endpoints.push(await world.within(5_000, bound, `${name} to bind`));
    }
    const [alice, bob] = endpoints as [Endpoint, Endpoint];
    expect(alice.addr().relayUrls).toEqual([]);
    const met = Promise.all([alice.dial({ id: bob.id, relayUrls: [], directAddrs: [] }, [alpn]), bob.accept()]);
    const [near, far] = await world.within(5_000, met, "alice to meet bob");
    expect([near.remoteId, far?.remoteId]).toEqual([bob.id, alice.id]);
    await world.close();
    expect(await world.within(5_000, bob.accept(), "bob to stop accepting")).toBeUndefined();
  });

  it("waits for conditions and promises, and says what it waited for", async () => {
    const world = createWorld(kind, { seed: 1 });
    const runtime = await world.runtime("node");
    expect(await world.runtime("node")).toBe(runtime);
    let isDue = false;
    runtime.after(30, () => (isDue = true));
    await world.until(() => isDue, 2_000, "the timer");
    await expect(world.until(() => false, 30, "a miracle")).rejects.toThrow("a miracle");
    const soon = new Promise<string>((resolve) => runtime.after(10, () => resolve("done")));
    expect(await world.within(2_000, soon, "the promise")).toBe("done");
    await expect(world.within(30, new Promise(() => {}), "for ever")).rejects.toThrow("for ever");
    await world.close();
  });

  it("collects what user callbacks threw", async () => {
    const world = createWorld(kind, { seed: 1 });
    const error = new Error("theirs");
    (await world.runtime("node")).report(error, "a handler");
    expect(world.reports).toEqual([{ node: "node", error, where: "a handler" }]);
  });
});
