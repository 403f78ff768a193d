import { afterEach, describe, expect, it, vi } from "vitest";
import { collection, func, t, type Network } from "../../src/index.js";
import { simulate, SimulationFailure, type NodeContext, type Simulation } from "../../src/testing/index.js";

const Echo = func("echo", { request: t.string, response: t.string });

afterEach(() => vi.unstubAllEnvs());

async function echo(node: NodeContext): Promise<Network> {
  const network = await node.join("simulated");
  Echo.handle(network, (text) => `${node.name}: ${text}`);
  return network;
}

/** What a simulation fails with. */
async function failureOf(running: Promise<unknown>): Promise<SimulationFailure> {
  const error: unknown = await running.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof SimulationFailure) return error;
  throw new Error("it did not fail as a simulation does", { cause: error });
}

/** Two nodes that know each other. */
async function pair(world: Simulation) {
  const [ada, bob] = await Promise.all([world.start("ada", echo), world.start("bob", echo)]);
  const meet = (): boolean =>
    [ada.service, bob.service].every(({ discovery }) => [...discovery.catalog.peers()].length === 1);
  await world.until(meet, 10_000, "the two to meet");
  return { ada, bob, meet };
}

describe("simulate", () => {
  it("runs nodes that find each other, and an hour in less than it takes", async () => {
    const [run] = await simulate({}, async (world) => {
      const { ada } = await pair(world);
      const call = Echo.caller(ada.service);
      expect(await call("hello")).toBe("bob: hello");
      await world.sleep(3_500_000);
      return call("still there?");
    });
    expect(run).toMatchObject({ seed: "1", value: "bob: still there?" });
    expect(run!.tookMs).toBeGreaterThan(3_500_000);
  });

  it("takes the same course for the same seed, and others for others", async () => {
    const chaotic = async (world: Simulation): Promise<number> => {
      await pair(world);
      await world.chaos({ durationMs: 60_000, count: 10, crashes: 3, lastsMaxMs: 10_000 });
      return world.random.unit();
    };
    const runs = await simulate({ seeds: [1, 2, "three"], twice: true }, chaotic);
    expect(runs.map(({ seed }) => seed)).toEqual(["1", "2", "three"]);
    expect(new Set(runs.map(({ traceHash }) => traceHash)).size).toBe(3);
    expect(await simulate({ seeds: ["three"] }, chaotic)).toEqual([runs[2]]);
  });

  it("finds what does not come from the seed, where it runs each twice", async () => {
    let runs = 0;
    const drifting = async (world: Simulation): Promise<void> => {
      await world.start("ada", (node) => node.sleep(1000 * ++runs));
    };
    await simulate({ seeds: 2 }, drifting);
    expect((await failureOf(simulate({ twice: true }, drifting))).message).toContain("took another course");
  });

  it("tells of the first seed that fails: which, when, what happened until then, and why", async () => {
    const cause = new Error("3 is not 4");
    const failure = await failureOf(
      simulate({ seeds: 5 }, async (world) => {
        await world.start("ada", () => {});
        await world.sleep(1500);
        world.faults.isolate("ada");
        await world.sleep(500);
        world.note("about to count");
        if (world.seed === "3") throw cause;
      }),
    );
    expect(failure).toMatchObject({ seed: "3", atMs: 2000, cause });
    expect(failure.message).toBe(
      [
        "seed 3, at 2000 ms of virtual time: 3 is not 4",
        "MOSAIK_SEED=3 runs it again. What happened:",
        "         0 ms  ada starts",
        "      1500 ms  ada is isolated",
        "      2000 ms  about to count",
      ].join("\n"),
    );
  });

  it("runs the seed, or the number of seeds, that the environment says", async () => {
    const seedsOf = async (): Promise<string[]> => (await simulate({ seeds: 2 }, () => {})).map((run) => run.seed);
    vi.stubEnv("MOSAIK_SEED", "17");
    expect(await seedsOf()).toEqual(["17"]);
    vi.stubEnv("MOSAIK_SEED", "");
    vi.stubEnv("MOSAIK_SEEDS", "3");
    expect(await seedsOf()).toEqual(["1", "2", "3"]);
    vi.stubEnv("MOSAIK_SEEDS", "many");
    await expect(seedsOf()).rejects.toThrow(RangeError);
  });

  it("ends a test that does not end, and leaves nothing running", async () => {
    const failure = await failureOf(
      simulate({ timeLimitMs: 5000 }, async (world) => {
        void world.sleep(1e12);
        await new Promise(() => {});
      }),
    );
    expect(failure.message).toContain("waited 5000 ms for the test to end");
    await expect(simulate({ timeLimitMs: 0 }, () => {})).rejects.toThrow(RangeError);
  });

  it("fails with what a handler throws, unless somebody is told", async () => {
    const broken = async (node: NodeContext): Promise<void> => {
      Echo.handle(await node.join("simulated"), () => {
        throw new Error("theirs");
      });
    };
    const test = async (world: Simulation): Promise<void> => {
      await world.start("ada", broken);
      const bob = await world.start("bob", (node) => node.join("simulated"));
      await expect(Echo.caller(bob.service)("hello")).rejects.toThrow();
    };
    const failure = await failureOf(simulate({}, test));
    expect(failure.message).toContain("of ada threw");
    expect(failure.cause).toMatchObject({ cause: { message: "theirs" } });
    const told: string[] = [];
    await simulate({ onReport: ({ node }) => told.push(node) }, test);
    expect(told).toEqual(["ada"]);
  });
});

describe("a node of a simulation", () => {
  it("that is killed does nothing any more, and in its next life has its disk and nothing else", async () => {
    const did: string[] = [];
    await simulate({}, async (world) => {
      const ada = await world.start("ada", ({ life, disk, runtime }) => {
        disk.set(`life ${life}`, runtime.random.u32());
        runtime.after(1000, () => did.push(`life ${life}`));
        return { life };
      });
      expect(ada.service.life).toBe(1);
      ada.kill();
      ada.kill();
      expect(ada.isUp).toBe(false);
      expect(() => ada.service).toThrow("ada is down");
      await world.sleep(5000);
      await ada.restart();
      expect(ada.service.life).toBe(2);
      await world.sleep(5000);
      expect(ada.disk.size).toBe(2);
      expect(new Set(ada.disk.values()).size).toBe(2);
    });
    expect(did).toEqual(["life 2"]);
  });

  it("that is killed while it starts tells so, and that its program fails", async () => {
    await simulate({}, async (world) => {
      const starting = world.start("ada", (node) => node.sleep(1000));
      const killed = expect(starting).rejects.toThrow("ada was killed before its program had resolved");
      await world.sleep(10);
      const ada = world.nodes.get("ada")!;
      expect(() => ada.service).toThrow("ada is starting");
      ada.kill();
      await killed;
      await expect(
        world.start("bob", () => {
          throw new Error("no disk");
        }),
      ).rejects.toThrow("no disk");
      await expect(world.start("bob", () => {})).rejects.toThrow('there is a node "bob"');
      expect(() => world.faults.partition("ada", "cyd")).toThrow('no simulated node is named "cyd"');
      await expect(world.chaos({ durationMs: 1, count: 1, lastsMaxMs: 1, nodes: ["ada", "cyd"] })).rejects.toThrow(
        'no node "cyd" was started',
      );
    });
  });

  it("finds the others again: after ten minutes of partition, and when it restarts", async () => {
    await simulate({ seeds: 3 }, async (world) => {
      const { ada, bob, meet } = await pair(world);
      world.faults.partition("ada", "bob");
      await world.sleep(600_000);
      expect(meet()).toBe(false);
      world.faults.healAll();
      await world.until(meet, 60_000, "the two to meet again");
      bob.kill();
      await world.sleep(60_000);
      await bob.restart();
      await world.until(meet, 60_000, "the two to meet in bob's second life");
      expect(await Echo.caller(ada.service)("back?")).toBe("bob: back?");
    });
  });

  it("is up in the end of all chaos, and a map that all share converges", async () => {
    const Names = collection.map("names", t.string, t.u32);
    await simulate({ seeds: 5 }, async (world) => {
      const names = ["ada", "bob", "cyd"];
      const nodes = await Promise.all(
        names.map((name) => world.start(name, async (node) => Names.writer(await node.join("simulated")))),
      );
      await world.chaos({ durationMs: 60_000, count: 20, crashes: 5, lastsMaxMs: 10_000, skewMaxMs: 5000 });
      expect(nodes.map(({ isUp }) => isUp)).toEqual([true, true, true]);
      const maps = nodes.map(({ service }) => service);
      await world.sleep(30_000);
      await Promise.all(maps.map((map) => map.when().online()));
      for (const [i, map] of maps.entries()) await map.insert(names[i]!, i);
      await world.until(() => maps.every((map) => map.size === 3), 30_000, "all to have all");
    });
  });
});

describe("a path that loses packets", () => {
  const roundTripMs = async (lossRate: number): Promise<number> => {
    const latency = { minMs: 10, maxMs: 10, jitterMs: 0, lossRate };
    const [run] = await simulate({ latency }, async (world) => {
      const { ada } = await pair(world);
      const call = Echo.caller(ada.service);
      await call("warm");
      const startMs = world.nowMs;
      for (let i = 0; i < 100; i++) await call("again");
      return (world.nowMs - startMs) / 100;
    });
    return run!.value;
  };

  it("brings all of them, late", async () => {
    const [sound, lossy] = [await roundTripMs(0), await roundTripMs(0.2)];
    expect(sound).toBeLessThan(30);
    expect(lossy).toBeGreaterThan(sound + 10);
    await expect(roundTripMs(1)).rejects.toThrow("a loss rate is from 0 to below 1, not 1");
  });
});
