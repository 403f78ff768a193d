import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { cache } from "../../../src/functions/middleware/index.js";
import { failure, MiddlewareWorld, outcomeOf, ScriptedCall } from "./scripted.js";

interface Query {
  readonly name: string;
  readonly limit: number;
}
const Query = t.struct({ name: t.string, limit: t.u32 });

function cached(entriesMax = 1000) {
  const world = new MiddlewareWorld();
  const scripted = new ScriptedCall<Query, string>(world);
  const call = cache(world.host, { request: Query, ttlMs: 1000, entriesMax })(scripted.call);
  const answered = async (name: string): Promise<string> => {
    const before = scripted.made.length;
    const outcome = outcomeOf(call({ name, limit: 1 }));
    if (scripted.made.length > before) scripted.made.at(-1)!.reply(`${name} ${scripted.made.length}`);
    await world.sim.until(() => outcome.value !== undefined);
    return outcome.value!;
  };
  return { world, scripted, call, answered };
}

describe("cache", () => {
  it("answers equal requests with one reply until it is too old", async () => {
    const { world, scripted, call, answered } = cached();
    expect(await answered("a")).toBe("a 1");
    await world.sim.advance(999);
    expect(await call({ limit: 1, name: "a" })).toBe("a 1");
    await world.sim.advance(1);
    expect(await answered("a")).toBe("a 2");
    expect(scripted.made).toHaveLength(2);
    expect(world.counter("mosaik.functions.cache.hits")).toBe(1);
    expect(world.counter("mosaik.functions.cache.misses")).toBe(2);
  });

  it("forgets the reply that was asked for longest ago", async () => {
    const { answered } = cached(2);
    await answered("a");
    await answered("b");
    expect(await answered("a")).toBe("a 1");
    expect(await answered("c")).toBe("c 3");
    expect(await answered("a")).toBe("a 1");
    expect(await answered("b")).toBe("b 4");
  });

  it("makes one call of equal requests under way", async () => {
    const { world, scripted, call } = cached();
    const outcomes = [1, 2, 3].map(() => outcomeOf(call({ name: "a", limit: 1 })));
    void outcomeOf(call({ name: "a", limit: 2 }));
    expect(scripted.made).toHaveLength(2);
    scripted.made[0]!.reply("one");
    await world.sim.until(() => outcomes.every(({ value }) => value === "one"));
  });

  it("tells a failure to all that wait, and does not keep it", async () => {
    const { world, scripted, call, answered } = cached();
    const outcomes = [1, 2].map(() => outcomeOf(call({ name: "a", limit: 1 })));
    scripted.made[0]!.fail(failure("application"));
    await world.sim.until(() => outcomes.every(({ code }) => code === "application"));
    expect(await answered("a")).toBe("a 2");
  });

  it("goes on for those who wait when the first gives up, and ends when all have", async () => {
    const { world, scripted, call } = cached();
    const controllers = [new AbortController(), new AbortController(), new AbortController()];
    const [first, second, third] = controllers.map(({ signal }) =>
      outcomeOf(call({ name: "a", limit: 1 }, { signal })),
    );
    controllers[0]!.abort();
    await world.sim.until(() => first!.code === "cancelled");
    const shared = scripted.made[0]!.options.signal!;
    expect(shared.aborted).toBe(false);
    controllers[1]!.abort();
    controllers[2]!.abort();
    await world.sim.until(() => second!.code === "cancelled" && third!.code === "cancelled");
    expect(shared.aborted).toBe(true);
    void outcomeOf(call({ name: "a", limit: 1 }));
    expect(scripted.made).toHaveLength(2);
  });

  it("lets each wait within its own time; one that outlasts the shared call makes another", async () => {
    const { world, scripted, call } = cached();
    const request = { name: "a", limit: 1 };
    const leader = outcomeOf(call(request, { timeoutMs: 200 }));
    const shorter = outcomeOf(call(request, { timeoutMs: 100 }));
    const longer = outcomeOf(call(request, { timeoutMs: 500 }));
    await world.sim.advance(101);
    expect(shorter.code).toBe("timeout");
    await world.sim.until(() => scripted.made.length === 2);
    expect(leader.code).toBe("timeout");
    expect(scripted.made[1]!.options.timeoutMs).toBe(300);
    scripted.made[1]!.reply("late");
    await world.sim.until(() => longer.value === "late");
  });

  it("refuses a request that cannot be encoded without a call, and unusable options", async () => {
    const { world, scripted, call } = cached();
    await expect(call({ name: "a", limit: -1 })).rejects.toMatchObject({ code: "encode" });
    expect(scripted.made).toHaveLength(0);
    expect(() => cache(world.host, { request: Query, ttlMs: 0 })).toThrow("ttlMs");
    expect(() => cache(world.host, { request: Query, ttlMs: 1, entriesMax: 0 })).toThrow("entriesMax");
  });
});
