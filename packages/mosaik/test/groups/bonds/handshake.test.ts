import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HANDSHAKE_MAX_BYTES } from "../../../src/groups/bonds/handshake.js";
import { proofOn } from "../../../src/groups/bonds/proof.js";
import { GroupKey } from "../../../src/groups/key.js";
import { handshakeEndCodec, handshakeStartCodec, type HandshakeStart } from "../../../src/groups/protocol.js";
import { ALPN, SignedPeerEntry, writeFrameHeader, type Link } from "../../../src/network/index.js";
import { Digest } from "../../../src/primitives/index.js";
import { Simulator } from "../../../src/testing/index.js";
import { PlainValidator } from "../../tickets/validators.js";
import { acquainted, areBonded, BondNode, GROUP, HandPlayed, KEY } from "./bond-nodes.js";

let sim: Simulator;
let member: BondNode;
let dialler: BondNode;
beforeEach(async () => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
  [member, dialler] = (await acquainted(sim, "member", "dialler")) as [BondNode, BondNode];
});
afterEach(async () => {
  await sim.close();
  expect(sim.reports).toEqual([]);
});

const within = <T>(promise: PromiseLike<T>): Promise<T> => sim.within(10_000, promise, "the peer to answer");
/** Opens a link and writes these bytes. */
async function write(bytes: Uint8Array): Promise<Link> {
  const link = await within(dialler.local.open(member.id, ALPN.groups));
  link.sendFrames(bytes, 0);
  return link;
}
const frame = (payload: Uint8Array, claimedBytes = payload.length): Uint8Array => {
  const bytes = new Uint8Array(4 + payload.length);
  writeFrameHeader(bytes, 0, claimedBytes);
  bytes.set(payload, 4);
  return bytes;
};
/** The code that the member closes a link with. */
const codeOf = async (link: Link): Promise<unknown> => {
  const info = await within(link.closed);
  return info.by === "peer" ? info.code : info;
};

describe("a member that is dialled", () => {
  beforeEach(() => member.join());

  /** The code that answers a handshake with this difference. */
  async function answerTo(change: Partial<HandshakeStart>): Promise<unknown> {
    return codeOf((await within(HandPlayed.dial(dialler, member, change))).link);
  }

  it("proves that it has the key, too", async () => {
    const peer = await within(HandPlayed.dial(dialler, member));
    const end = await within(peer.end());
    expect(end.proof).toBe(proofOn(peer.link.connection, GROUP, KEY, member.id));
    expect(end.bonds).toEqual([]);
    // The first ping comes at once.
    const beganMs = sim.nowMs;
    expect(await within(peer.recv())).toEqual({ kind: "ping" });
    expect(sim.nowMs - beganMs).toBeLessThan(50);
  });

  it("refuses another network with 101", async () => {
    expect(await answerTo({ network: Digest.from("another") })).toBe(101);
  });

  it("refuses an unknown group with 30404", async () => {
    expect(await answerTo({ group: Digest.from("another") })).toBe(30404);
  });

  it("refuses a second bond with 30429", async () => {
    const peer = await within(HandPlayed.dial(dialler, member));
    await within(peer.end());
    expect(await answerTo({})).toBe(30429);
    // Nobody is unwanted.
    expect(member.toldOf("refused")).toEqual([]);
    expect(peer.link.closeInfo()).toBeUndefined();
  });

  it("refuses a wrong proof with 30405, and one made with its own id", async () => {
    expect(await answerTo({ proof: Digest.from("no proof") })).toBe(30405);
    const link = await within(dialler.local.open(member.id, ALPN.groups));
    const proof = proofOn(link.connection, GROUP, KEY, member.id);
    const start = { network: dialler.local.networkId, group: GROUP, proof, bonds: [] };
    await within(link.send(handshakeStartCodec, start));
    expect(await codeOf(link)).toBe(30405);
    expect(member.toldOf("refused")).toEqual([
      { kind: "refused", peer: dialler.id, code: 30405, by: "us" },
      { kind: "refused", peer: dialler.id, code: 30405, by: "us" },
    ]);
    expect(member.metric("mosaik.groups.bonds.refused")).toBe(2);
  });

  it("gives a silent one up with 30408 after two seconds", async () => {
    const beganMs = sim.nowMs;
    expect(await codeOf(await write(new Uint8Array(1)))).toBe(30408);
    expect(sim.nowMs - beganMs).toBeGreaterThanOrEqual(2000);
    expect(sim.nowMs - beganMs).toBeLessThan(2100);
  });

  it("refuses what does not decode with 400", async () => {
    expect(await codeOf(await write(frame(new Uint8Array(40))))).toBe(400);
  });

  it("refuses a handshake that is too large with 400 at its header", async () => {
    expect(await codeOf(await write(frame(new Uint8Array(8), HANDSHAKE_MAX_BYTES + 1)))).toBe(400);
  });

  it("refuses a handshake that is cut with 30400, and a stream without one with 103", async () => {
    const cut = await write(frame(new Uint8Array(8), 96));
    void cut.finish().catch(() => {});
    expect(await codeOf(cut)).toBe(30400);
    const peer = await within(dialler.local.open(member.id, ALPN.groups));
    void peer.finish().catch(() => {});
    expect(await codeOf(peer)).toBe(103);
  });

  it("refuses a stranger with 401", async () => {
    const stranger = await BondNode.start(sim, "stranger");
    stranger.local.addresses.add(member.local.address());
    const link = await within(stranger.local.open(member.id, ALPN.groups));
    link.sendFrames(new Uint8Array(1), 0);
    expect(await codeOf(link)).toBe(401);
  });

  it("ends a bond with 400 whose handshake lists a forged entry", async () => {
    const { entry, encoded } = dialler.discovery.me();
    const forged = new SignedPeerEntry(entry.withAdded("tags", ["x"], 1), encoded.subarray(-64));
    expect(await answerTo({ bonds: [forged] })).toBe(400);
  });
});

describe("a member that requires tickets", () => {
  it("refuses a peer without one with 30403, and dials none", async () => {
    member.join({ tickets: [new PlainValidator("ticket")] });
    dialler.join();
    await sim.until(() => dialler.toldOf("refused").length > 0, { what: "the refusal" });
    expect(dialler.told).toEqual([{ kind: "refused", peer: member.id, code: 30403, by: "peer" }]);
    await sim.advance(10_000);
    // It is not asked again before something has changed.
    expect(member.toldOf("refused")).toHaveLength(1);
    expect(member.toldOf("bonded")).toEqual([]);
  });
});

describe("a member that dials", () => {
  it("refuses a peer without the key with 30405, and does not insist", async () => {
    const codes: unknown[] = [];
    member.serve = async (link) => {
      await link.recv(handshakeStartCodec);
      const proof = proofOn(link.connection, GROUP, GroupKey.fromSecret("another"), member.id);
      await link.send(handshakeEndCodec, { proof, bonds: [] });
      codes.push(await codeOf(link));
    };
    member.discovery.updateLocal((entry, nowMs) => entry.withAdded("groups", [GROUP], nowMs));
    dialler.join();
    await sim.advance(20_000);
    expect(codes).toEqual([30405]);
    expect(dialler.told).toEqual([{ kind: "refused", peer: member.id, code: 30405, by: "us" }]);
  });

  it("drops a peer that does not answer, and dials again", async () => {
    const codes: unknown[] = [];
    member.serve = async (link) => void codes.push(await codeOf(link));
    member.discovery.updateLocal((entry, nowMs) => entry.withAdded("groups", [GROUP], nowMs));
    dialler.join();
    await sim.until(() => codes.length === 2, { what: "the second attempt" });
    expect(codes).toEqual([0, 0]);
    member.serve = undefined;
    member.join();
    await sim.until(() => areBonded(member, dialler), { withinMs: 6000, what: "a bond" });
  });

  it("introduces itself to a peer that does not know it", async () => {
    const newcomer = await BondNode.start(sim, "newcomer");
    member.join();
    // The newcomer alone knows of the other.
    await sim.within(5000, newcomer.discovery.syncWith(member.local.address()), "a sync");
    let refused = 0;
    const takes = { serve: member.serve };
    member.serve = (link) => {
      refused++;
      link.close({ code: 401, name: "UnknownPeer" });
      member.serve = takes.serve;
    };
    newcomer.join();
    await sim.until(() => areBonded(member, newcomer), { withinMs: 2000, what: "a bond" });
    expect(refused).toBe(1);
    expect(newcomer.toldOf("refused")).toEqual([]);
  });

  it("asks a peer that does not want to know it no more than now and then", async () => {
    let asked = 0;
    member.serve = (link) => {
      asked++;
      link.close({ code: 401, name: "UnknownPeer" });
    };
    member.discovery.updateLocal((entry, nowMs) => entry.withAdded("groups", [GROUP], nowMs));
    dialler.join();
    await sim.advance(20_000);
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(60);
  });
});
