import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proofOn } from "../../../src/groups/bonds/proof.js";
import { preferredSide } from "../../../src/groups/bonds/tie-break.js";
import { handshakeEndCodec, handshakeStartCodec } from "../../../src/groups/protocol.js";
import { CLOSE } from "../../../src/network/index.js";
import { Simulator } from "../../../src/testing/index.js";
import { acquainted, GROUP, HandPlayed, KEY, numbered, type BondNode } from "./bond-nodes.js";

let sim: Simulator;
let member: BondNode;
let node: BondNode;
/** The link that the played peer dialled, and the one that the member dialled. */
let dialled: HandPlayed;
let accepted: HandPlayed;

const within = <T>(promise: PromiseLike<T>): Promise<T> => sim.within(10_000, promise, "the peer");

/** The next number that comes over a link. */
async function nextNumber(peer: HandPlayed): Promise<number> {
  for (;;) {
    const message = await within(peer.recv());
    if (message.kind === "group" && message.message.kind === "stateSync") return message.message.message;
  }
}

/** What the member was told of its bonds. */
function changes(): string[] {
  return member.told.flatMap(({ kind }) => (kind === "bonded" || kind === "unbonded" ? [kind] : []));
}

// Both dial at once: each takes the other's link before its own is answered.
beforeEach(async () => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
  [member, node] = (await acquainted(sim, "member", "node")) as [BondNode, BondNode];
  node.serve = async (link) => {
    await link.recv(handshakeStartCodec);
    dialled = await HandPlayed.dial(node, member);
    await dialled.end();
    const proof = proofOn(link.connection, GROUP, KEY, node.id);
    await link.send(handshakeEndCodec, { proof, bonds: [] });
    accepted = new HandPlayed(node, link);
  };
  node.discovery.updateLocal((entry, nowMs) => entry.withAdded("groups", [GROUP], nowMs));
  member.join();
  await sim.until(() => (accepted as HandPlayed | undefined) !== undefined, { what: "both links" });
  await sim.advance(50);
});
afterEach(async () => {
  accepted = undefined as unknown as HandPlayed;
  await sim.close();
  expect(sim.reports).toEqual([]);
});

describe("two links of one bond", () => {
  it("both bring messages, and are one bond", async () => {
    await within(dialled.send({ kind: "group", message: numbered(1) }));
    await within(accepted.send({ kind: "group", message: numbered(2) }));
    await sim.until(() => member.numbers.length === 2);
    expect(member.toldOf("bonded")).toHaveLength(1);
    expect(member.bonds!.peers()).toEqual([node.id]);
  });

  it("become one again where the peer closes neither: the one that the lower id dialled", async () => {
    const isOurs = preferredSide(member.id, node.id) === "dialled";
    const [kept, closed] = isOurs ? [accepted, dialled] : [dialled, accepted];
    expect(await within(closed.closeCode())).toBe(30429);
    member.bonds!.broadcast(numbered(3));
    expect(await nextNumber(kept)).toBe(3);
    await sim.advance(1000);
    expect(kept.link.closeInfo()).toBeUndefined();
    expect(member.toldOf("unbonded")).toEqual([]);
  });

  // As a Rust peer does, as a rule with the first.
  it.each(["that it dialled", "that we dialled"])(
    "become one again where the peer closes the one %s",
    async (which) => {
      const [closed, kept] = which === "that it dialled" ? [dialled, accepted] : [accepted, dialled];
      closed.link.close(CLOSE.groupAlreadyBonded);
      await sim.advance(50);
      expect(member.bonds!.peers()).toEqual([node.id]);
      member.bonds!.broadcast(numbered(4));
      expect(await nextNumber(kept)).toBe(4);
      await sim.advance(1000);
      expect(kept.link.closeInfo()).toBeUndefined();
      // What the member sent goes over the link that the peer dialled, as long as that is the only one, and then over the preferred one.
      const isLost = which === "that it dialled" || preferredSide(member.id, node.id) === "dialled";
      expect(changes()).toEqual(isLost ? ["bonded", "unbonded", "bonded"] : ["bonded"]);
    },
  );

  it("lose nothing where the peer closes the spare one when its time is up, as a peer of ours does", async () => {
    const spare = preferredSide(member.id, node.id) === "dialled" ? dialled : accepted;
    await sim.advance(200);
    spare.link.close(CLOSE.groupAlreadyBonded);
    await sim.advance(1000);
    expect(changes()).toEqual(["bonded"]);
  });

  it("are lost when both are", async () => {
    node.serve = (link) => link.close(CLOSE.groupNotFound);
    dialled.link.close(CLOSE.cancelled);
    accepted.link.close(CLOSE.cancelled);
    await sim.until(() => member.bonds!.peers().length === 0, { withinMs: 100 });
    expect(member.told.filter(({ kind }) => kind.endsWith("bonded")).at(-1)!.kind).toBe("unbonded");
  });
});
