import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PURPOSE, type KeptConnection, type Link } from "../../src/network/index.js";
import { Network, type NetworkOptions } from "../../src/node/index.js";
import { PeerId } from "../../src/primitives/index.js";
import { observeStatus } from "../../src/status/observing/index.js";
import { observeRequestCodec, updateFrameCodec } from "../../src/status/protocol.js";
import { Attempts } from "../../src/status/serving/attempts.js";
import { Simulator } from "../../src/testing/index.js";
// The part that is loaded when it is needed is here before virtual time begins.
import "../../src/status/serving/server.js";

const SECRET = "a secret of the observers, not to be guessed";

describe("letting others look", () => {
  let sim: Simulator;
  const open: Network[] = [];

  beforeEach(() => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
  });

  afterEach(async () => {
    await sim.within(10_000, Promise.all(open.splice(0).map((network) => network.close())), "the nodes to close");
    await sim.close();
    expect(sim.reports).toEqual([]);
  });

  async function join(name: string, options: NetworkOptions = {}): Promise<Network> {
    const joining = Network.join("test", { runtime: sim.runtime(name), relay: "none", ...options });
    const network = await sim.within(5000, joining, `${name} to join`);
    open.push(network);
    return network;
  }

  /** A node whose transport gives no keying material. */
  function withoutExporter(name: string): void {
    const { transport } = sim.runtime(name);
    const bind = transport.bind.bind(transport);
    vi.spyOn(transport, "bind").mockImplementation(async (options) =>
      Object.assign(await bind(options), { hasExporter: false }),
    );
  }

  it.each([
    ["a secret that can be guessed", { secret: "short" }, "StatusError"],
    ["nobody", {}, "StatusError"],
    ["intervals of no length", { secret: SECRET, intervalMinMs: 0 }, "StatusError"],
    ["no places", { secret: SECRET, observersMax: 0 }, "StatusError"],
    ["peers that are none", { peers: ["alice"] }, "TypeError"],
  ])("is refused with %s", async (_, observe, name) => {
    await expect(sim.within(5000, join("node", { observe }))).rejects.toMatchObject({ name });
  });

  it("is refused with a secret that the transport cannot show, and works with a list of peers", async () => {
    withoutExporter("node");
    await expect(join("node", { observe: { secret: SECRET } })).rejects.toMatchObject({ code: "exporterUnavailable" });
    const observer = await join("observer");
    const node = await join("node", { observe: { peers: [observer.local.id] } });
    await sim.within(5000, observer.discovery.syncWith(node.local.address()));
    const looking = observeStatus(observer, node.local.id);
    expect((await sim.within(5000, looking.next())).value).toMatchObject({ id: node.local.id });
    await sim.within(5000, looking.return());
  });

  describe("an observer that speaks by hand", () => {
    let connection: KeptConnection;
    let node: Network;

    beforeEach(async () => {
      const observer = await join("observer");
      node = await join("node", { observe: { peers: [observer.local.id], intervalMinMs: 1000 } });
      await sim.within(5000, observer.discovery.syncWith(node.local.address()));
      const looking = observeStatus(observer, node.local.id);
      await sim.within(5000, looking.next());
      await sim.within(5000, looking.return());
      connection = observer.status.context.kept.get(node.local.id)!;
    });

    const look = async (intervalMs = 1000): Promise<Link> => {
      const body = observeRequestCodec.encode({ proof: undefined, intervalMs });
      const { link, accepted } = await sim.within(5000, connection.open(PURPOSE.status, 1, body));
      await sim.within(5000, accepted);
      return link;
    };
    const TAKEN = new Uint8Array(4);

    it("is refused where its request does not decode", async () => {
      const { accepted } = await sim.within(5000, connection.open(PURPOSE.status, 1, new Uint8Array([9])));
      await expect(sim.within(5000, accepted)).rejects.toMatchObject({ code: "refused", closeInfo: { code: 400 } });
    });

    it.each([
      ["has taken an update before there is one", [TAKEN, TAKEN]],
      ["says more than that it has one", [Uint8Array.of(0, 0, 0, 1, 7)]],
    ])("is closed with 400 where it %s", async (_, frames) => {
      const link = await look();
      await sim.within(5000, link.recv(updateFrameCodec));
      for (const frame of frames) link.sendFrames(frame, frame.length - 4);
      expect(await sim.within(5000, link.closed)).toMatchObject({ by: "peer", code: 400 });
      expect(node.metrics.gauge("mosaik.status.observers").value).toBe(0);
    });

    it("is told no more often than the node wants, and at least once an hour", async () => {
      const hurried = await look(0);
      expect((await sim.within(5000, hurried.recv(updateFrameCodec))).head?.intervalMs).toBe(1000);
      const patient = await look(0xffff_ffff);
      expect((await sim.within(5000, patient.recv(updateFrameCodec))).head?.intervalMs).toBe(3_600_000);
    });

    it("takes no more than four places", async () => {
      for (let i = 0; i < 4; i++) await look();
      await expect(look()).rejects.toMatchObject({ code: "refused", closeInfo: { code: 509 } });
    });
  });
});

describe("wrong proofs", () => {
  const peers = Array.from({ length: 1030 }, (_, i) => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, i);
    return PeerId.fromBytes(bytes);
  });

  it("count for each peer by itself, for a minute, and those of a thousand peers are remembered", () => {
    const attempts = new Attempts();
    for (let i = 0; i < 5; i++) {
      expect(attempts.areUsedUp(peers[0]!, i)).toBe(false);
      attempts.wrong(peers[0]!, i);
    }
    expect(attempts.areUsedUp(peers[0]!, 59_999)).toBe(true);
    expect(attempts.areUsedUp(peers[1]!, 59_999)).toBe(false);
    expect(attempts.areUsedUp(peers[0]!, 60_000)).toBe(false);
    for (let i = 0; i < 5; i++) attempts.wrong(peers[2]!, 0);
    for (const peer of peers.slice(3)) attempts.wrong(peer, 1);
    expect(attempts.areUsedUp(peers[2]!, 2)).toBe(false);
  });
});
