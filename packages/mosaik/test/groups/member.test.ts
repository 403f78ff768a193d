import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GroupKey, type Group } from "../../src/groups/index.js";
import { Replica } from "../../src/groups/replica.js";
import { Network } from "../../src/node/index.js";
import { Simulator } from "../../src/testing/index.js";
import { Counter, increment, type CounterCommand } from "./counter.js";

const { loading } = vi.hoisted(() => ({ loading: { promise: Promise.resolve<unknown>(undefined) } }));

vi.mock("../../src/groups/load-replica.js", () => ({
  loadedReplica: () => undefined,
  loadReplica: () => loading.promise,
  provideReplica: () => {},
}));

describe("a member that is still being loaded", () => {
  let sim: Simulator;
  let network: Network;
  let finish: (replica: typeof Replica) => void;
  let fail: (error: Error) => void;
  let machine: Counter;

  beforeEach(async () => {
    loading.promise = new Promise((resolve, reject) => ([finish, fail] = [resolve, reject]));
    machine = new Counter();
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
    network = await sim.within(5000, Network.join("test", { runtime: sim.runtime("node"), relay: "none" }));
  });

  afterEach(async () => {
    await sim.within(5000, network.close());
  });

  const join = (): Group<CounterCommand, undefined, bigint> =>
    network.groups.join({ key: GroupKey.fromSecret(new Uint8Array(32).fill(1)), machine });

  it("is a follower without bonds, and goes on as any other", async () => {
    const group = join();
    expect([group.role, group.isOnline, group.bonds.size, group.committed]).toEqual(["follower", false, 0, 0]);
    const answer = group.query(undefined, "weak");
    finish(Replica);
    expect((await sim.within(5000, answer)).result).toBe(0n);
    await sim.within(30_000, group.when().online());
    expect(await sim.within(5000, group.execute(increment(3)))).toBeGreaterThan(0);
    expect(machine.value).toBe(3n);
  });

  it("keeps the order of what was asked meanwhile and at once when it is there", async () => {
    const group = join();
    const encode = vi.spyOn(machine.command, "encode");
    const ask = (by: number): Promise<unknown> =>
      group.feed(increment(by)).catch((error: { code: string }) => error.code);
    const early = [ask(1), ask(2)];
    const late: Promise<unknown>[] = [];
    // As fast as the program can be: at each step of the loading.
    const goOn = (): unknown => late.length < 20 && (late.push(ask(3 + late.length)), Promise.resolve().then(goOn));
    void loading.promise.then(goOn);
    finish(Replica);
    await sim.within(5000, Promise.all(early));
    expect(new Set(await sim.within(5000, Promise.all(late)))).toEqual(new Set(["notSent"]));
    expect(encode.mock.calls.map(([command]) => command.value)).toEqual(Array.from({ length: 22 }, (_, i) => i + 1));
  });

  it("may be left, alone or with its network", async () => {
    const left = join().leave();
    finish(Replica);
    await sim.within(5000, left);
    expect(network.discovery.me().entry.groups.size).toBe(0);
    join();
    await sim.within(5000, network.close());
  });

  it("ends where it cannot be loaded, and the next attempt begins anew", async () => {
    const group = join();
    const fed = group.feed(increment(1));
    const online = group.when().online().toPromise();
    fail(new Error("no such file"));
    const why = { code: "internal", cause: new Error("no such file") };
    const ended = Promise.all([fed, online].map((wait) => expect(wait).rejects.toMatchObject(why)));
    await sim.within(5000, ended);
    expect(network.discovery.me().entry.groups.size).toBe(0);
    expect(sim.reports).toMatchObject([{ node: "node", where: expect.stringContaining("joining group") as string }]);
    loading.promise = Promise.resolve(Replica);
    await sim.within(30_000, join().when().online());
  });
});
