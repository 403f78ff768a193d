import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SPOOFED_MAX } from "../../src/gossip/links.js";
import { Digest } from "../../src/primitives/index.js";
import type { Runtime, SendStream } from "../../src/runtime/index.js";
import { Simulator } from "../../src/testing/index.js";
import { BarePeer, encode, frame, GossipNode, isNeighbor, pushOf } from "./gossip-nodes.js";

let sim: Simulator;

beforeEach(() => {
  sim = new Simulator({ seed: `${process.env["MOSAIK_SEED"] ?? ""}${expect.getState().currentTestName}` });
});

afterEach(async () => {
  expect(sim.reports).toEqual([]);
  await sim.close();
});

/** What a message costs a slow node, in ms: the hash of its content. */
const HASH_MS = 0.5;

/** The world of a node on which hashing takes time. */
function slowRuntime(name: string): Runtime {
  const runtime = sim.runtime(name);
  let spentMs = 0;
  const slow: Partial<Runtime> = {
    monoMs: () => runtime.monoMs() + spentMs,
    hash: (bytes) => {
      spentMs += HASH_MS;
      return runtime.hash(bytes);
    },
  };
  return new Proxy(runtime, {
    get(target, key: keyof Runtime) {
      const value: unknown = Reflect.get(key in slow ? slow : target, key);
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  });
}

/** Writes messages, all different, as fast as they are taken. Tells how many. */
class Flood {
  sentCount = 0;
  readonly done: Promise<void>;
  #isOver = false;

  constructor(stream: SendStream, message: (i: number) => Uint8Array) {
    this.done = this.#run(stream, message);
  }

  end(): void {
    this.#isOver = true;
  }

  async #run(stream: SendStream, message: (i: number) => Uint8Array): Promise<void> {
    try {
      while (!this.#isOver) {
        const bytes = frame(message(this.sentCount));
        for (let at = 0; at < bytes.length;) {
          at += stream.tryWrite(bytes.subarray(at));
          if (at < bytes.length) await stream.drained();
        }
        this.sentCount++;
      }
    } catch {
      // The node is closed at last.
    }
  }
}

describe("a flood of gossip", () => {
  it("is held back at its source, and what a quiet neighbour says comes first", async () => {
    const node = await GossipNode.start(sim, "node", { runtime: slowRuntime("node") });
    const friend = await GossipNode.start(sim, "friend");
    friend.join(node);
    await sim.until(() => isNeighbor(node, friend), { withinMs: 2000 });
    const peer = await BarePeer.connect(sim, "peer", node);
    const flood = new Flood(await peer.join(), (i) => pushOf(`flood ${i} `.padEnd(1000)));
    await sim.advance(1000);
    const [handledBefore, sentBefore] = [node.received.length, flood.sentCount];
    const delaysMs: number[] = [];
    for (let i = 0; i < 20; i++) {
      const startMs = sim.runtime("node").monoMs();
      friend.say(`friend ${i}`);
      await sim.until(() => node.received.includes(`friend ${i}`), { withinMs: 1000 });
      delaysMs.push(sim.runtime("node").monoMs() - startMs);
      await sim.advance(startMs + 100 - sim.runtime("node").monoMs());
    }
    const [handled, sent] = [node.received.length - handledBefore, flood.sentCount - sentBefore];
    // A tenth of the time, of which handling is a part: 2000 ms and a ninth of that again; and what the friend has for itself.
    expect(handled).toBeLessThanOrEqual((2000 * 0.11) / HASH_MS + 100);
    expect(handled).toBeGreaterThan((2000 * 0.08) / HASH_MS);
    expect(sent).toBeLessThanOrEqual(handled + 100);
    // As long as the network takes.
    expect(Math.max(...delaysMs)).toBeLessThan(100);
    flood.end();
  });

  it("is handled to its end once it is over, and the end of its connection is seen after that", async () => {
    const node = await GossipNode.start(sim, "node", { runtime: slowRuntime("node") });
    const peer = await BarePeer.connect(sim, "peer", node);
    const stream = await peer.join();
    await sim.until(() => node.gossip.neighbors.size === 1, { withinMs: 1000 });
    const count = 300;
    for (let i = 0; i < count; i++) stream.tryWrite(frame(pushOf(`last words ${i}`)));
    await sim.until(() => node.received.length > 0, { withinMs: 1000 });
    expect(node.received.length).toBeLessThan(count);
    await sim.advance(50);
    peer.connection.close(0, "");
    await sim.until(() => node.gossip.neighbors.size === 0, { withinMs: 2000 });
    expect(node.received.length).toBe(count);
    expect(node.events.at(-1)).toMatchObject({ kind: "neighborDown" });
  });

  it("ends with the connection where it is made up: an id that is not the content's hash is the sender's own doing", async () => {
    const node = await GossipNode.start(sim, "node");
    const peer = await BarePeer.connect(sim, "peer", node);
    const stream = await peer.join();
    await sim.until(() => node.gossip.neighbors.size === 1, { withinMs: 1000 });
    const content = new Uint8Array(10);
    const scope = { kind: "swarm", value: 1 } as const;
    const spoofed = (i: number): Uint8Array =>
      encode({ kind: "gossip", value: { kind: "gossip", value: { id: Digest.from(`no hash ${i}`), content, scope } } });
    for (let i = 0; i < SPOOFED_MAX - 1; i++) stream.tryWrite(frame(spoofed(i)));
    stream.tryWrite(frame(pushOf("honest, too")));
    await sim.until(() => node.received.length === 1, { withinMs: 1000 });
    expect(node.gossip.neighbors.size).toBe(1);
    for (let i = 0; i < 100; i++) stream.tryWrite(frame(spoofed(i)));
    await sim.until(() => node.gossip.neighbors.size === 0, { withinMs: 1000 });
    expect(await sim.within(100, peer.connection.closed)).toMatchObject({ by: "peer", code: 0 });
    const counts = node.local.metrics.samples().filter(({ name }) => name === "mosaik.discovery.gossip.invalid");
    expect(counts.map(({ value }) => value)).toEqual([SPOOFED_MAX]);
  });
});
