import { describe, expect, it } from "vitest";
import type { Connection, Endpoint } from "../../src/runtime/index.js";
import { Simulator, type SimulatorOptions } from "../../src/testing/index.js";
import { alpn, bind, connect, openStream, record } from "./nodes.js";

interface Two {
  readonly sim: Simulator;
  readonly alice: Endpoint;
  readonly bob: Endpoint;
  readonly near: Connection;
  readonly far: Connection;
}

async function twoNodes(options: Partial<SimulatorOptions> = {}): Promise<Two> {
  const sim = new Simulator({ seed: 11, ...options });
  const [alice, bob] = await Promise.all([bind(sim.runtime("alice")), bind(sim.runtime("bob"))]);
  const [near, far] = await sim.within(1_000, connect(alice, bob));
  return { sim, alice, bob, near, far };
}

describe("faults of the memory network", () => {
  it("holds back what travels through a partition and repeats it when it heals", async () => {
    const { sim, near, far } = await twoNodes();
    const { send, recv } = await sim.within(1_000, openStream(near, far));
    const seen = record(recv);
    await sim.until(() => seen.bytes === 1);
    sim.faults.partition("alice", "bob");
    send.tryWrite(new Uint8Array(100));
    send.finish();
    await sim.advance(20_000);
    expect(seen.bytes).toBe(1);
    sim.faults.heal("alice", "bob");
    await sim.until(() => seen.end !== undefined, { withinMs: 1_000 });
    expect(seen).toMatchObject({ bytes: 101, end: { kind: "finished" } });
    await sim.within(1_000, send.acknowledged());
    await sim.advance(120_000);
    expect([near.closeInfo(), far.closeInfo()]).toEqual([undefined, undefined]);
  });

  it("keeps the order of a stream whatever travels when a partition heals", async () => {
    const { sim, near, far } = await twoNodes({ latency: { minMs: 50, maxMs: 50, jitterMs: 0 } });
    const { send, recv } = await sim.within(1_000, openStream(near, far));
    const seen: number[] = [];
    recv.start(
      (chunk) => seen.push(...chunk),
      () => {},
      1_000_000,
    );
    // One comes before the partition, one meets it, and two are under way when it ends or are sent after it.
    for (const [number, then] of [
      [1, () => sim.faults.partition("alice", "bob")],
      [2, () => {}],
      [3, () => sim.faults.heal("alice", "bob")],
      [4, () => {}],
    ] as const) {
      await sim.advance(40);
      send.tryWrite(Uint8Array.of(number));
      await sim.advance(20);
      then();
    }
    await sim.until(() => seen.length === 5, { withinMs: 1_000, what: "everything to arrive" });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it("ends a connection by timeout on both sides of a partition that lasts", async () => {
    const { sim, near, far } = await twoNodes();
    sim.faults.partition("alice", "bob");
    await sim.advance(29_900);
    expect(near.closeInfo()).toBeUndefined();
    await sim.advance(200);
    expect([near.closeInfo(), far.closeInfo()]).toEqual([{ by: "timeout" }, { by: "timeout" }]);
    expect(sim.network.connections.size).toBe(0);
  });

  it("lets the heard side outlive a one-way partition, until the deaf side has given up", async () => {
    const { sim, near, far } = await twoNodes();
    sim.faults.partitionOneWay("alice", "bob");
    await sim.advance(30_100);
    expect(far.closeInfo()).toEqual({ by: "timeout" });
    expect(near.closeInfo()).toBeUndefined();
    await sim.advance(30_100);
    expect(near.closeInfo()).toEqual({ by: "timeout" });
  });

  it("answers a side that still believes in the connection with a reset", async () => {
    const { sim, near, far } = await twoNodes();
    sim.faults.partitionOneWay("alice", "bob");
    await sim.advance(30_100);
    expect(far.closeInfo()).toEqual({ by: "timeout" });
    sim.faults.healAll();
    await sim.until(() => near.closeInfo() !== undefined, { withinMs: 6_000 });
    expect(near.closeInfo()).toEqual({ by: "reset" });
  });

  it("loses a close that meets a partition", async () => {
    const { sim, near, far } = await twoNodes();
    sim.faults.partition("alice", "bob");
    near.close(200, "Success");
    await sim.advance(1_000);
    sim.faults.heal("alice", "bob");
    await sim.until(() => far.closeInfo() !== undefined, { withinMs: 6_000 });
    expect(far.closeInfo()).toEqual({ by: "reset" });
  });

  it("lets nothing come of a dial whose node crashed meanwhile, though it is up again", async () => {
    const { sim, alice, bob } = await twoNodes();
    const outcomes: string[] = [];
    const tell = (what: string) => (): void => void outcomes.push(what);
    bob.dial(alice.addr(), [alpn]).then(tell("connected"), tell("failed"));
    alice.accept().then(tell("accepted"), tell("ended"));
    sim.faults.crash("bob");
    await bind(sim.runtime("bob"));
    await sim.advance(60_000);
    expect(outcomes).toEqual([]);
  });

  it("lets peers of a crashed node wait for the timeout, and its restart does not know them", async () => {
    const { sim, alice, bob, near, far } = await twoNodes();
    const { recv } = await sim.within(1_000, openStream(near, far));
    const seen = record(recv);
    let hasClosed = false;
    void far.closed.then(() => (hasClosed = true));
    sim.faults.crash("bob");
    const again = await bind(sim.runtime("bob"));
    expect(again.id).not.toBe(bob.id);
    await sim.within(1_000, connect(alice, again));
    await sim.advance(31_000);
    expect(near.closeInfo()).toEqual({ by: "timeout" });
    expect({ seen, hasClosed }).toEqual({ seen: { bytes: 0, end: undefined }, hasClosed: false });
    const dial = alice.dial({ id: bob.id, relayUrls: [], directAddrs: [] }, [alpn]);
    await expect(sim.within(11_000, dial)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("keeps the connections of a paused node unless the pause outlasts the idle timeout", async () => {
    const { sim, near, far } = await twoNodes();
    sim.faults.pause("bob");
    await sim.advance(25_000);
    sim.faults.resume("bob");
    await sim.advance(25_000);
    expect(near.closeInfo()).toBeUndefined();
    sim.faults.pause("bob");
    await sim.advance(35_000);
    expect(near.closeInfo()).toEqual({ by: "timeout" });
    sim.faults.resume("bob");
    await sim.until(() => far.closeInfo() !== undefined, { withinMs: 6_000 });
    expect(far.closeInfo()).toEqual({ by: "reset" });
  });

  it("isolates a node from those to come too", async () => {
    const { sim, alice } = await twoNodes();
    sim.faults.isolate("alice");
    const carol = await bind(sim.runtime("carol"));
    await expect(sim.within(11_000, carol.dial(alice.addr(), [alpn]))).rejects.toMatchObject({ code: "unreachable" });
    sim.faults.rejoin("alice");
    await sim.within(1_000, connect(carol, alice));
  });

  it("splits groups of nodes", async () => {
    const sim = new Simulator({ seed: 3 });
    const names = ["a", "b", "c", "d"];
    const [a, b, c] = await Promise.all(names.map((name) => bind(sim.runtime(name))));
    sim.faults.split(["a", "b"], ["c", "d"]);
    await sim.within(1_000, connect(a!, b!));
    await expect(sim.within(11_000, connect(a!, c!))).rejects.toMatchObject({ code: "unreachable" });
  });

  it("refuses and ignores dials", async () => {
    const { sim, alice, bob } = await twoNodes();
    sim.faults.setDialPolicy("bob", "refuse");
    await expect(sim.within(500, alice.dial(bob.addr(), [alpn]))).rejects.toMatchObject({ code: "unreachable" });
    sim.faults.setDialPolicy("bob", "ignore");
    const dial = alice.dial(bob.addr(), [alpn]);
    await expect(sim.within(9_000, dial)).rejects.toThrow("waited 9000 ms");
    await expect(sim.within(2_000, dial)).rejects.toMatchObject({ code: "unreachable" });
    sim.faults.setDialPolicy("bob", "accept");
    await sim.within(1_000, connect(alice, bob));
  });

  it("drops the connections between two nodes", async () => {
    const { sim, near, far } = await twoNodes();
    sim.faults.dropConnections("bob", "alice");
    expect([near.closeInfo(), far.closeInfo()]).toEqual([{ by: "timeout" }, { by: "timeout" }]);
  });

  it("changes latencies", async () => {
    const { sim, near, far } = await twoNodes();
    sim.faults.setLatency("alice", "bob", { baseMs: 250, jitterMs: 0 });
    expect(near.rttMicros()).toBe(500_000);
    const { send, recv } = await sim.within(1_000, openStream(near, far));
    const seen = record(recv);
    const sentMs = sim.nowMs;
    send.tryWrite(new Uint8Array(10));
    await sim.until(() => seen.bytes === 11);
    expect(sim.nowMs - sentMs).toBeCloseTo(250);
  });

  it("moves a node to other addresses while its connections stay", async () => {
    const { sim, alice, bob, near, far } = await twoNodes({ resolvesBareIds: false });
    const before = bob.addr();
    let watched = 0;
    bob.watchAddr(() => watched++);
    sim.faults.move("bob");
    expect(watched).toBe(1);
    expect(bob.addr().directAddrs).not.toEqual(before.directAddrs);
    const { recv } = await sim.within(1_000, openStream(near, far));
    const seen = record(recv);
    await sim.until(() => seen.bytes === 1);
    await expect(sim.within(11_000, alice.dial(before, [alpn]))).rejects.toMatchObject({ code: "unreachable" });
    await sim.within(1_000, connect(alice, bob));
  });

  it("finds peers by their addresses only where ids are not resolved", async () => {
    const { sim, alice, bob } = await twoNodes({ resolvesBareIds: false });
    const bare = { id: bob.id, relayUrls: [], directAddrs: [] };
    await expect(alice.dial(bare, [alpn])).rejects.toMatchObject({ code: "noAddress" });
    await sim.within(1_000, connect(alice, bob));
  });

  it("keeps an endpoint's port for its restart, and gives it to one at a time", async () => {
    const sim = new Simulator({ seed: 1 });
    const runtime = sim.runtime("node");
    const secretKey = runtime.random.bytes(32);
    const options = { secretKey, alpns: [alpn], bindAddrs: ["0.0.0.0:4433"] };
    const endpoint = await runtime.transport.bind(options);
    await expect(runtime.transport.bind(options)).rejects.toMatchObject({ code: "bind" });
    sim.faults.crash("node");
    const again = await sim.runtime("node").transport.bind(options);
    expect(again.addr()).toEqual(endpoint.addr());
  });

  it("lets a close overtake data that was sent just before", async () => {
    let overtaken = 0;
    for (let seed = 0; seed < 50; seed++) {
      const { sim, near, far } = await twoNodes({ seed });
      const { send, recv } = await sim.within(1_000, openStream(near, far));
      const seen = record(recv);
      await sim.until(() => seen.bytes === 1);
      send.tryWrite(new Uint8Array(10));
      near.close(1, "");
      await sim.until(() => seen.end !== undefined);
      expect(seen.end).toMatchObject({ kind: "closed", info: { by: "peer", code: 1 } });
      if (seen.bytes === 1) overtaken++;
    }
    expect(overtaken).toBeGreaterThan(5);
    expect(overtaken).toBeLessThan(45);
  });
});
