import { describe, expect, it } from "vitest";
import { bulkhead, type BulkheadOptions } from "../../../src/functions/middleware/index.js";
import { failure, MiddlewareWorld, outcomeOf, ScriptedCall } from "./scripted.js";

function bounded(options: BulkheadOptions) {
  const world = new MiddlewareWorld();
  const scripted = new ScriptedCall<string, string>(world);
  const call = bulkhead(world.host, options)(scripted.call);
  return { world, scripted, call };
}

describe("bulkhead", () => {
  it("has so many in progress, lets others wait in their order, and refuses what is beyond", async () => {
    const { world, scripted, call } = bounded({ concurrentMax: 2, queueMax: 2 });
    const outcomes = ["a", "b", "c", "d"].map((request) => outcomeOf(call(request)));
    await expect(call("e")).rejects.toMatchObject({ code: "overloaded" });
    expect(world.counter("mosaik.functions.bulkhead.refused")).toBe(1);
    expect(scripted.made.map(({ request }) => request)).toEqual(["a", "b"]);
    scripted.made[1]!.fail(failure("transport"));
    await world.sim.until(() => scripted.made.length === 3);
    scripted.made[0]!.reply("A");
    await world.sim.until(() => scripted.made.length === 4);
    expect(scripted.made.map(({ request }) => request)).toEqual(["a", "b", "c", "d"]);
    scripted.made[2]!.reply("C");
    scripted.made[3]!.reply("D");
    await world.sim.until(() => outcomes[3]!.value !== undefined);
    expect(outcomes).toMatchObject([{ value: "A" }, { code: "transport" }, { value: "C" }, { value: "D" }]);
  });

  it("counts the wait as the call's own time", async () => {
    const { world, scripted, call } = bounded({ concurrentMax: 1, queueMax: 2 });
    void outcomeOf(call("slow"));
    const short = outcomeOf(call("short", { timeoutMs: 100 }));
    const long = outcomeOf(call("long", { timeoutMs: 500 }));
    await world.sim.advance(101);
    expect(short.code).toBe("timeout");
    scripted.made[0]!.reply("");
    await world.sim.until(() => scripted.made.length === 2);
    expect(scripted.made[1]).toMatchObject({ request: "long", options: { timeoutMs: 399 } });
    scripted.made[1]!.reply("");
    await world.sim.until(() => long.value !== undefined);
  });

  it("lets a call be given up while it waits, and nobody else's turn is lost", async () => {
    const { world, scripted, call } = bounded({ concurrentMax: 1, queueMax: 2 });
    void outcomeOf(call("a"));
    const controller = new AbortController();
    const given = outcomeOf(call("given up", { signal: controller.signal }));
    void outcomeOf(call("b"));
    controller.abort(new Error("enough"));
    await world.sim.until(() => given.code !== undefined);
    expect(given.code).toBe("cancelled");
    scripted.made[0]!.reply("");
    await world.sim.until(() => scripted.made.length === 2);
    expect(scripted.made[1]!.request).toBe("b");
  });

  it("passes a turn on that came in the moment in which its call was given up", async () => {
    const { world, scripted, call } = bounded({ concurrentMax: 1, queueMax: 2 });
    void outcomeOf(call("a"));
    const controller = new AbortController();
    const given = outcomeOf(call("given up", { signal: controller.signal }));
    void outcomeOf(call("b"));
    scripted.made[0]!.reply("");
    // Every turn of the microtask queue in which this may fall must do.
    for (let i = 0; i < 3; i++) await Promise.resolve();
    controller.abort(new Error("enough"));
    await world.sim.until(() => given.code !== undefined);
    await world.sim.until(() => scripted.made.at(-1)!.request === "b");
    scripted.made.at(-1)!.reply("");
    const last = outcomeOf(call("c"));
    await world.sim.until(() => scripted.made.at(-1)!.request === "c");
    scripted.made.at(-1)!.reply("C");
    await world.sim.until(() => last.value === "C");
  });

  it("never has more in progress than it may, whatever the order of ends", async () => {
    const { world, scripted, call } = bounded({ concurrentMax: 3, queueMax: 100 });
    const { random } = world.host.local.runtime;
    let most = 0;
    const outcomes = Array.from({ length: 100 }, (_, i) =>
      outcomeOf(call(String(i), { timeoutMs: 1 + (random.u32() % 400) })),
    );
    while (outcomes.some(({ value, code }) => value === undefined && code === undefined)) {
      const open = scripted.made.filter(({ hasEnded }) => !hasEnded);
      most = Math.max(most, open.length);
      open[random.u32() % Math.max(1, open.length)]?.reply("done");
      await world.sim.advance(random.u32() % 20);
    }
    expect(most).toBe(3);
    expect(outcomes.filter(({ value }) => value === "done").length).toBeGreaterThan(10);
  });

  it("refuses unusable options", () => {
    const { host } = new MiddlewareWorld();
    expect(() => bulkhead(host, { concurrentMax: 0 })).toThrow("concurrentMax");
    expect(() => bulkhead(host, { concurrentMax: 1, queueMax: -1 })).toThrow("queueMax");
  });
});
