import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { t } from "@mosaik/postcard";
import { handshakeStartCodec } from "../../src/groups/index.js";
import { ALPN, CLOSE, type Link } from "../../src/network/index.js";
import { Network } from "../../src/node/index.js";
import { Digest } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";
import { joinCounter, type CounterGroup } from "./group-nodes.js";
import { simulatedNodes } from "./group-world.js";

let sim: Simulator;
let member: Network;
let group: CounterGroup;
let peer: Network;

beforeEach(async () => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
  const nodes = await simulatedNodes(sim, 2);
  [member, peer] = nodes.map(({ network }) => network) as [Network, Network];
  group = joinCounter(member);
});

afterEach(() => sim.close());

function dial(from = peer): Promise<Link> {
  return sim.within(3000, from.local.open(member.local.id, ALPN.groups));
}

async function codeOf(link: Link, withinMs = 1000): Promise<number | undefined> {
  const info = await sim.within(withinMs, link.closed, "the link to be closed");
  return info.by === "peer" ? info.code : undefined;
}

function start(changes: { network?: Digest; group?: Digest } = {}) {
  const proof = Digest.from("no proof");
  return { network: member.local.networkId, group: group.id, proof, bonds: [], ...changes };
}

describe("a node that is dialled for a group", () => {
  it("closes with the code of spec 05 §4.3", async () => {
    const other = Digest.from("another");
    const cases: [Parameters<typeof start>[0], number][] = [
      [{ network: other }, CLOSE.differentNetwork.code],
      [{ group: other }, CLOSE.groupNotFound.code],
      [{}, CLOSE.groupInvalidProof.code],
    ];
    for (const [changes, code] of cases) {
      const link = await dial();
      await link.send(handshakeStartCodec, start(changes));
      expect(await codeOf(link)).toBe(code);
    }
    const garbage = await dial();
    await garbage.send(t.u8, 7);
    expect(await codeOf(garbage)).toBe(CLOSE.protocolViolation.code);
    const stranger = await sim.within(1000, Network.join("test", { runtime: sim.runtime("stranger"), relay: "none" }));
    const unknown = await dial(stranger);
    await unknown.send(handshakeStartCodec, start());
    expect(await codeOf(unknown)).toBe(CLOSE.unknownPeer.code);
    await sim.within(1000, group.leave());
    const late = await dial();
    await late.send(handshakeStartCodec, start());
    expect(await codeOf(late)).toBe(CLOSE.groupNotFound.code);
    expect(sim.reports).toEqual([]);
  });

  it("gives up who says nothing, or opens no stream, after two seconds each", async () => {
    const silent = await dial();
    silent.sendFrames(new Uint8Array([0, 0]), 0);
    const idle = await sim.within(1000, peer.local.dial(member.local.id, ALPN.groups));
    const startMs = sim.nowMs;
    expect(await codeOf(silent, 3000)).toBe(CLOSE.groupTimeout.code);
    expect(await sim.within(3000, idle.closed)).toMatchObject({ by: "peer", code: CLOSE.dropped.code });
    expect(sim.nowMs - startMs).toBeLessThan(2200);
  });

  it("gives up as soon as the program says", async () => {
    const options = { runtime: sim.runtime("hasty"), relay: "none", groups: { handshakeTimeoutMs: 300 } } as const;
    member = await sim.within(1000, Network.join("test", options));
    joinCounter(member);
    await sim.within(5000, peer.discovery.syncWith(member.local.address()));
    const silent = await dial();
    silent.sendFrames(new Uint8Array([0, 0]), 0);
    const startMs = sim.nowMs;
    expect(await codeOf(silent)).toBe(CLOSE.groupTimeout.code);
    expect(sim.nowMs - startMs).toBeLessThan(400);
  });

  it("has a place for others while one peer takes all", async () => {
    const links: Link[] = [];
    for (let i = 0; i < 100; i++) {
      const link = await dial();
      link.sendFrames(new Uint8Array([0]), 0);
      links.push(link);
    }
    const honest = await sim.within(1000, Network.join("test", { runtime: sim.runtime("honest"), relay: "none" }));
    await sim.within(5000, honest.discovery.syncWith(member.local.address()));
    await sim.within(
      1000,
      joinCounter(honest).bonds.when((bonds) => bonds.has(member.local.id)),
    );
    const refused = links.filter((link) => link.closeInfo() !== undefined);
    expect(refused.length).toBeGreaterThanOrEqual(100 - 64);
    for (const link of links) link.close(CLOSE.dropped);
  });
});
