import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Metrics } from "../../src/metrics/index.js";
import {
  ALPN,
  CLOSE,
  KeptConnections,
  LocalNode,
  Router,
  type KeptConnection,
  type Membership,
  type OpenedStream,
  type ServedStream,
} from "../../src/network/index.js";
import type { PeerId } from "../../src/primitives/index.js";
import { ChangeSource, Digest } from "../../src/primitives/index.js";
import type { Connection } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";

const ECHO = 7;
const BODY = new Uint8Array([1, 2, 3]);

/** Who is in the network, as the test says. */
class Members implements Membership {
  readonly started = new Map<PeerId, bigint>();
  readonly changes = new ChangeSource(() => {});

  knows(peer: PeerId): boolean {
    return this.started.has(peer);
  }

  startedOf(peer: PeerId): bigint | undefined {
    return this.started.get(peer);
  }

  subscribe(listener: () => void): () => void {
    return this.changes.subscribe(listener);
  }
}

interface Side {
  readonly node: LocalNode;
  readonly kept: KeptConnections;
  readonly members: Members;
  readonly served: ServedStream[];
}

describe("kept connections", () => {
  let sim: Simulator;
  let sides: Side[];

  /** A node with kept connections, which serves one purpose. */
  async function side(name: string, alpns: readonly string[] = [ALPN.typescript, ALPN.functions]): Promise<Side> {
    const runtime = sim.runtime(name);
    const secretKey = Digest.from(name).bytes;
    const endpoint = await sim.within(5000, runtime.transport.bind({ secretKey, alpns, relay: "none" }));
    const networkId = Digest.from("test");
    const metrics = new Metrics();
    const node = new LocalNode({ runtime, metrics, networkId, secretKey, endpoint, frameLimitBytes: 1 << 20 });
    const router = new Router(node);
    const members = new Members();
    const kept = new KeptConnections(node, router, members);
    const served: ServedStream[] = [];
    kept.serve(ECHO, { version: 2, serve: (stream) => void served.push(stream) });
    router.handle(ALPN.functions, 16, async (connection) => void (await connection.closed));
    void router.run();
    const made = { node, kept, members, served };
    sides.push(made);
    return made;
  }

  const introduce = (...all: Side[]): void => {
    for (const one of all) {
      for (const other of all) if (other !== one) one.members.started.set(other.node.id, 1n);
      one.members.changes.changed();
    }
  };

  const reach = async (from: Side, to: Side): Promise<KeptConnection> => {
    const reached = await sim.within(20_000, from.kept.connect(to.node.id, ALPN.functions), "the connection");
    expect(reached.kind).toBe("kept");
    return reached.connection as KeptConnection;
  };

  const open = (kept: KeptConnection, purpose = ECHO, version = 1): Promise<OpenedStream> =>
    sim.within(5000, kept.open(purpose, version, BODY), "the stream");

  beforeEach(() => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
    sides = [];
  });

  afterEach(async () => {
    for (const { kept } of sides) kept.close(CLOSE.gracefulShutdown);
    await sim.within(5000, Promise.all(sides.map(({ node }) => node.close())));
    expect(sim.reports).toEqual([]);
  });

  it("are made by one dial that offers both protocols, and are shared by whoever wants one meanwhile", async () => {
    const [a, b] = [await side("a"), await side("b")];
    introduce(a, b);
    const [first, second] = await Promise.all([reach(a, b), reach(a, b)]);
    expect(first).toBe(second);
    expect(a.kept.get(b.node.id)).toBe(first);
    await sim.until(() => b.kept.get(a.node.id) !== undefined);
    expect(b.kept.get(a.node.id)!.connection.side).toBe("acceptor");
    // Either side opens streams on it.
    expect(await reach(b, a)).toBe(b.kept.get(a.node.id));
    const stream = await open(b.kept.get(a.node.id)!);
    expect(await sim.within(5000, stream.accepted)).toBe(1);
    expect(a.served).toHaveLength(1);
  });

  it("carry streams with a purpose, the version that both speak, and close codes of their own", async () => {
    const [a, b] = [await side("a"), await side("b")];
    introduce(a, b);
    const kept = await reach(a, b);
    const [one, two] = [await open(kept), await open(kept, ECHO, 9)];
    expect(await sim.within(5000, Promise.all([one.accepted, two.accepted]))).toEqual([1, 2]);
    expect(b.served.map(({ version }) => version).sort()).toEqual([1, 2]);
    expect(b.served[0]!.body).toEqual(BODY);
    b.served[0]!.link.close(CLOSE.functionNoCapacity);
    expect(await sim.within(5000, one.link.closed)).toMatchObject({ by: "peer", code: 11_509 });
    expect(two.link.closeInfo()).toBeUndefined();
    two.link.close(CLOSE.cancelled);
    expect(await sim.within(5000, b.served[1]!.link.closed)).toMatchObject({ by: "peer", code: 102 });
    expect(kept.isOpen).toBe(true);
    await sim.until(() => kept.isIdle);
  });

  it("end a stream cleanly once both sides have", async () => {
    const [a, b] = [await side("a"), await side("b")];
    introduce(a, b);
    const { link, accepted } = await open(await reach(a, b));
    await sim.within(5000, accepted);
    const finishing = link.finish();
    await sim.until(() => b.served.length === 1);
    await sim.within(5000, Promise.all([finishing, b.served[0]!.link.finish()]));
    expect(await sim.within(5000, b.served[0]!.link.closed)).toMatchObject({ code: 200 });
  });

  it("refuse streams of strangers, of other networks, and of purposes that are not served; the connection lives on", async () => {
    const [a, b] = [await side("a"), await side("b")];
    a.members.started.set(b.node.id, 1n);
    const kept = await reach(a, b);
    const refusal = async (purpose: number, version: number): Promise<unknown> => {
      const { accepted, link } = await open(kept, purpose, version);
      const error: unknown = await sim.within(5000, accepted).catch((reason: unknown) => reason);
      await sim.within(20_000, link.closed);
      return error;
    };
    expect(await refusal(ECHO, 1)).toMatchObject({ code: "refused", closeInfo: { by: "peer", code: 401 } });
    introduce(a, b);
    expect(await refusal(99, 1)).toMatchObject({ code: "refused", closeInfo: { code: 404 } });
    expect(await refusal(ECHO, 0)).toMatchObject({ code: "refused", closeInfo: { code: 400 } });
    expect(kept.isOpen).toBe(true);
    expect(await sim.within(5000, (await open(kept)).accepted)).toBe(1);
    const counts = b.node.metrics.samples().filter(({ name }) => name === "mosaik.network.streams.refused");
    expect(counts.map(({ labels, value }) => [labels["code"], value])).toEqual([
      ["401", 1],
      ["404", 1],
      ["400", 1],
    ]);
  });

  it("are closed with 200 by their dialler after a minute without streams", async () => {
    const [a, b] = [await side("a"), await side("b")];
    introduce(a, b);
    const kept = await reach(a, b);
    const { link } = await open(kept);
    await sim.advance(90_000);
    expect(kept.isOpen).toBe(true);
    link.close(CLOSE.success);
    const startMs = sim.nowMs;
    const accepted = b.kept.get(a.node.id)!;
    expect(await sim.within(70_000, accepted.connection.closed)).toMatchObject({ by: "peer", code: 200 });
    expect(sim.nowMs - startMs).toBeGreaterThanOrEqual(60_000);
    expect(a.kept.get(b.node.id)).toBeUndefined();
  });

  it("fail their streams when they are lost", async () => {
    const [a, b] = [await side("a"), await side("b")];
    introduce(a, b);
    const kept = await reach(a, b);
    const { link, accepted } = await open(kept);
    await sim.within(5000, accepted);
    sim.faults.dropConnections("a", "b");
    expect(await sim.within(5000, link.closed)).toEqual({ by: "timeout" });
    await expect(sim.within(5000, kept.open(ECHO, 1, BODY))).rejects.toMatchObject({ code: "closed" });
    expect(await reach(a, b)).not.toBe(kept);
  });

  it("are not made with peers that speak Rust's protocol only, which is remembered until they are restarted", async () => {
    const [a, b] = [await side("a"), await side("b", [ALPN.functions])];
    introduce(a, b);
    const offered: string[] = [];
    const dial = a.node.dial.bind(a.node);
    a.node.dial = (peer, alpns, options) => {
      offered.push(String(alpns));
      return dial(peer, alpns, options);
    };
    const own = async (): Promise<Connection> => {
      const reached = await sim.within(5000, a.kept.connect(b.node.id, ALPN.functions));
      expect(reached.kind).toBe("own");
      return reached.connection as Connection;
    };
    const connections = [await own(), await own(), ...(await Promise.all([own(), own()]))];
    expect(new Set(connections).size).toBe(4);
    a.members.started.set(b.node.id, 2n);
    connections.push(await own());
    const both = `${ALPN.typescript},${ALPN.functions}`;
    expect(offered).toEqual([both, ALPN.functions, ALPN.functions, ALPN.functions, both]);
    for (const connection of connections) connection.close(0, "");
  });

  it("with a peer that was restarted are given up when its new entry comes", async () => {
    const [a, b] = [await side("a"), await side("b")];
    introduce(a, b);
    const kept = await reach(a, b);
    const { link } = await open(kept);
    await sim.advance(10_000);
    a.members.started.set(b.node.id, 2n);
    a.members.changes.changed();
    expect(await sim.within(5000, link.closed)).toMatchObject({ by: "local", code: 102 });
    // One that was made just before the entry came is with the new process.
    const fresh = await reach(a, b);
    a.members.started.set(b.node.id, 3n);
    a.members.changes.changed();
    await sim.advance(100);
    expect(fresh.isOpen).toBe(true);
  });

  it("are 256 at most: the longest unused makes room", async () => {
    const a = await side("a");
    const others: Side[] = [];
    for (let i = 0; i < 258; i++) others.push(await side(`b${i}`));
    introduce(a, ...others);
    const held = await reach(a, others[0]!);
    const { accepted } = await open(held);
    await sim.within(5000, accepted);
    for (const other of others.slice(1)) await reach(a, other);
    expect(held.isOpen).toBe(true);
    const open_ = others.map(({ node }) => a.kept.get(node.id) !== undefined);
    expect(open_.filter((isOpen) => isOpen)).toHaveLength(256);
    expect(open_.slice(0, 4)).toEqual([true, false, false, true]);
  });
});
