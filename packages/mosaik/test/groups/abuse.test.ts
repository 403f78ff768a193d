import { EncodeError, t } from "@mosaik/postcard";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FrameEncoder } from "../../src/groups/bonds/frames.js";
import { GroupError, GroupKey, MemoryLog, type LeadershipPreference, type LogStorage } from "../../src/groups/index.js";
import { bondMessageCodec } from "../../src/groups/protocol.js";
import { RaftCore } from "../../src/groups/raft/core.js";
import { Network, type NetworkOptions } from "../../src/node/index.js";
import { Simulator } from "../../src/testing/index.js";
import { Counter, increment, type CounterCommand } from "./counter.js";
import { joinCounter, recordedEvents } from "./group-nodes.js";
import { simulatedMembers, simulatedNodes, type SimulatedMember } from "./group-world.js";

let sim: Simulator;
beforeEach(() => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
});
afterEach(() => sim.close());

const joined = (options: NetworkOptions = {}): Promise<Network> =>
  sim.within(1000, Network.join("test", { runtime: sim.runtime("node"), relay: "none", ...options }));

/** The code of the GroupError that a promise rejects with. */
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "nothing",
    (error: unknown) => (error instanceof GroupError ? error.code : String(error)),
  );

/** A storage of which one method throws, once told so. */
class BrokenLog extends MemoryLog {
  readonly #method: keyof LogStorage;
  isBroken = false;

  constructor(method: keyof LogStorage) {
    super();
    this.#method = method;
    const works = this[method].bind(this) as (...args: unknown[]) => unknown;
    const call = (...args: unknown[]): unknown => {
      if (this.isBroken) throw new Error(`${this.#method} is broken`);
      return works(...args);
    };
    Object.defineProperty(this, method, { value: call });
  }
}

describe("a node that cannot be in a group says why", () => {
  it("its transport exports no keying material", async () => {
    const { transport } = sim.runtime("node");
    const bind = transport.bind.bind(transport);
    vi.spyOn(transport, "bind").mockImplementation(async (options) =>
      Object.assign(await bind(options), { hasExporter: false }),
    );
    const network = await joined();
    expect(() => joinCounter(network)).toThrow(expect.objectContaining({ code: "exporterUnavailable" }) as Error);
    expect(network.discovery.me().entry.groups.size).toBe(0);
  });

  it("its frames are too small, or an option has an unusable value", async () => {
    const network = await joined({ frameLimitBytes: 1024 * 1024 });
    expect(() => joinCounter(network)).toThrow(expect.objectContaining({ code: "invalidOption" }) as Error);
    for (const handshakeTimeoutMs of [0, 1.5, NaN, 2 ** 32]) {
      const joining = Network.join("test", { runtime: sim.runtime("other"), groups: { handshakeTimeoutMs } });
      expect(await codeOf(sim.within(1000, joining))).toBe("invalidOption");
    }
  });

  it("its storage throws from the beginning", async () => {
    const storage = new BrokenLog("available");
    storage.isBroken = true;
    const network = await joined();
    expect(() => joinCounter(network, { storage })).toThrow(
      expect.objectContaining({ code: "storageFailed" }) as Error,
    );
    expect(network.discovery.me().entry.groups.size).toBe(0);
    expect(joinCounter(network).role).toBe("follower");
  });
});

describe("a member that fails, and its node that lives on", () => {
  it.each(["append", "get", "last"] as const)("where %s of its storage throws", async (method) => {
    const storage = new BrokenLog(method);
    const [{ network, group }] = await simulatedMembers(sim, 1, () => ({ storage }));
    const events = recordedEvents(group);
    storage.isBroken = true;
    expect(await codeOf(sim.within(10_000, group.execute(increment(1))))).toBe("storageFailed");
    expect(await codeOf(group.feed(increment(1)))).toBe("storageFailed");
    expect(events.at(-1)).toEqual({ kind: "closed" });
    expect(sim.reports.map(({ error }) => (error as Error).message)).toEqual([`${method} is broken`]);
    const again = joinCounter(network);
    await sim.within(10_000, again.when().online());
    expect(await sim.within(1000, again.execute(increment(1)))).toBe(1);
  });

  it("where the storage throws while it catches up", async () => {
    const [{ network, group }] = await simulatedMembers(sim, 1);
    for (let i = 0; i < 5; i++) await sim.within(1000, group.execute(increment(1)));
    const storage = new BrokenLog("append");
    storage.isBroken = true;
    const late = await joined();
    const other = joinCounter(late, { storage });
    const waiting = codeOf(other.when().online().toPromise());
    await sim.within(5000, late.discovery.syncWith(network.local.address()));
    expect(await sim.within(15_000, waiting)).toBe("storageFailed");
    expect(await sim.within(1000, group.execute(increment(1)))).toBe(6);
  });

  it("where mosaik itself has a defect", async () => {
    const network = await joined();
    const group = joinCounter(network);
    const spy = vi.spyOn(RaftCore.prototype, "step").mockImplementation(() => {
      throw new Error("a defect");
    });
    const online = codeOf(group.when().online().toPromise());
    expect(await sim.within(10_000, online)).toBe("internal");
    spy.mockRestore();
    expect(await codeOf(group.execute(increment(1)))).toBe("internal");
    const again = joinCounter(network);
    await sim.within(10_000, again.when().online());
    expect(await sim.within(1000, again.execute(increment(1)))).toBe(1);
  });

  it("where the machine cannot say how much it wants to lead", async () => {
    const network = await joined();
    const machine = new Counter();
    let isBroken = false;
    Object.defineProperty(machine, "preference", {
      get(): LeadershipPreference {
        if (isBroken) throw new Error("no preference");
        return { kind: "normal" };
      },
    });
    const group = joinCounter(network, { machine });
    isBroken = true;
    expect(await sim.within(10_000, codeOf(group.when().online().toPromise()))).toBe("machineFailed");
    expect(sim.reports).toHaveLength(1);
  });
});

describe("commands that the leader cannot decode", () => {
  it("do not get into the log, and end the bond over which they come with 400", async () => {
    const newer = t.enum({ Increment: t.u32, Decrement: t.u32, Divide: t.u32 });
    const machine = new Counter({ preference: { kind: "observer" } });
    Object.assign(machine, { command: newer });
    const members = await simulatedMembers(sim, 3, (i) => (i === 0 ? { machine } : {}));
    const [leader, ...others] = members;
    const [stranger, other] = others.sort((a, b) => a.name.localeCompare(b.name)) as [SimulatedMember, SimulatedMember];
    const events = recordedEvents(leader.group);

    const divide = { kind: "Divide", value: 2 } as unknown as CounterCommand;
    expect(await sim.within(5000, codeOf(stranger.group.execute(divide)))).toBe("outcomeUnknown");
    const reason = expect.stringContaining("400") as string;
    expect(events).toContainEqual({ kind: "unbonded", peer: stranger.network.local.id, reason });

    expect(await sim.within(5000, other.group.execute(increment(1)))).toBe(1);
    await sim.until(() => stranger.group.bonds.size === 2, { withinMs: 60_000, what: "the bonds again" });
    await sim.within(20_000, stranger.group.when().online());
    expect(await sim.within(5000, stranger.group.execute(increment(1)))).toBe(2);
    for (const { group } of members) {
      await sim.within(5000, group.when().committed().reaches(2));
      expect((await group.query(undefined, "weak")).result).toBe(2n);
    }
    expect(sim.reports).toEqual([]);
  });
});

describe("more than anybody should ask for", () => {
  it("a hundred thousand commands in one turn, from a follower", async () => {
    const [leader, follower] = await simulatedMembers(sim, 2);
    const count = 100_000;
    const all = Promise.all(Array.from({ length: count }, () => follower!.group.execute(increment(1))));
    const places = await sim.within(60_000, all);
    expect(places).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    await sim.within(5000, leader.group.when().committed().reaches(count));
    expect((await leader.group.query(undefined, "weak")).result).toBe(BigInt(count));
    expect(sim.reports).toEqual([]);
  });

  it("two hundred thousand queries and commands in turn, in one turn", async () => {
    const [{ group }] = await simulatedMembers(sim, 1);
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 100_000; i++) asked.push(group.query(undefined, "strong"), group.feed(increment(1)));
    const answers = await sim.within(60_000, Promise.all(asked));
    expect(answers.slice(-2)).toEqual([{ result: 99_999n, position: 99_999 }, 100_000]);
    expect(sim.reports).toEqual([]);
  });

  it("messages over the node's own limit of a frame", () => {
    const frames = new FrameEncoder(bondMessageCodec(t.string), 100);
    const message = { kind: "stateSync", message: "x".repeat(100) } as const;
    expect(() => frames.encode({ kind: "group", message })).toThrow(EncodeError);
    expect(frames.encode({ kind: "group", message: { ...message, message: "x" } }).payloadBytes).toBeLessThan(10);
  });

  it("a group that is joined and left again and again, without a wait", async () => {
    const [leader, other] = await simulatedMembers(sim, 2);
    const left: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      left.push(other!.group.leave());
      const again = joinCounter(other!.network);
      left.push(again.leave());
      joinCounter(other!.network);
      left.push(joinCounter(other!.network).leave());
    }
    await sim.within(5000, Promise.all(left));
    const last = joinCounter(other!.network);
    await sim.within(20_000, last.when().online());
    await sim.until(() => leader.group.bonds.size === 1, { withinMs: 5000, what: "one bond" });
    expect(await sim.within(5000, last.execute(increment(1)))).toBe(1);
    expect(sim.reports).toEqual([]);
  });

  it("two groups of one machine at once: neither hears of the other", async () => {
    const nodes = await simulatedNodes(sim, 2);
    const groupsOf = (key: GroupKey) => nodes.map(({ network }) => joinCounter(network, { key }));
    const pairs = [groupsOf(GroupKey.fromSecret("one")), groupsOf(GroupKey.fromSecret("other"))];
    await sim.within(15_000, Promise.all(pairs.flat().map((group) => group.when().online().toPromise())));
    await sim.within(5000, Promise.all(pairs.map(([group], i) => group!.execute(increment(i + 1)))));
    for (const [i, pair] of pairs.entries()) {
      for (const group of pair) {
        await sim.within(5000, group.when().committed().reaches(1));
        expect((await group.query(undefined, "weak")).result).toBe(BigInt(i + 1));
      }
    }
  });

  it("a node that closes at any moment", async () => {
    for (let ms = 0; ms < 400; ms += 25) {
      const world = new Simulator({ seed: `close after ${ms}` });
      const [one, other] = await simulatedNodes(world, 2);
      const groups = [one!, other!].map(({ network }) => joinCounter(network));
      const asked = groups.flatMap((group) => [
        codeOf(
          group
            .when()
            .online()
            .toPromise()
            .then(() => group.execute(increment(1))),
        ),
        codeOf(group.query(undefined, "strong")),
      ]);
      await world.advance(ms);
      const closing = one!.network.close();
      expect(() => joinCounter(one!.network)).toThrow(expect.objectContaining({ code: "closed" }) as Error);
      await world.within(2000, closing, `close after ${ms} ms`);
      await world.within(15_000, Promise.all(asked));
      expect(world.reports).toEqual([]);
      await world.close();
    }
  });
});
