import { beforeEach, describe, expect, it } from "vitest";
import type { GossipOutput } from "../../src/gossip/core-io.js";
import { defaultBroadcastRules, PlumTree } from "../../src/gossip/plumtree.js";
import { MISSING_PER_PEER_MAX } from "../../src/gossip/missing-messages.js";
import type { BroadcastMessage } from "../../src/gossip/protocol.js";
import { Digest, PeerId } from "../../src/primitives/index.js";

const utf8 = new TextEncoder();
const peer = (n: number): PeerId => PeerId.fromBytes(new Uint8Array(32).fill(n));
const rules = { ...defaultBroadcastRules, isExact: true };

function payload(text: string, round: number, id = Digest.hash(utf8.encode(text))): BroadcastMessage {
  return { kind: "gossip", value: { id, content: utf8.encode(text), scope: { kind: "swarm", value: round } } };
}

function announcement(text: string, round: number): BroadcastMessage {
  return { kind: "iHave", value: [{ id: Digest.hash(utf8.encode(text)), round }] };
}

function received(text: string, from: PeerId, round: number): GossipOutput {
  return { kind: "received", content: utf8.encode(text), from, scope: { kind: "swarm", value: round } };
}

const dispatch: GossipOutput = { kind: "schedule", delayMs: 5, timer: { kind: "dispatchLazy" } };

describe("iroh-gossip src/proto/plumtree.rs", () => {
  let tree: PlumTree;
  const receive = (from: number, message: BroadcastMessage, nowMs = 0): GossipOutput[] =>
    tree.step({ kind: "message", from: peer(from), message }, nowMs);

  beforeEach(() => {
    tree = new PlumTree(peer(1), rules, (content) => Digest.hash(content));
  });

  it("optimize_tree", () => {
    // Six hops are more than two, but not by as much as it takes.
    receive(2, announcement("hi", 2));
    expect(receive(3, payload("hi", 6))).toEqual([dispatch, received("hi", peer(3), 6)]);

    receive(2, announcement("hi2", 2));
    expect(receive(3, payload("hi2", 9))).toEqual([
      {
        kind: "send",
        to: peer(2),
        message: { kind: "gossip", value: { kind: "graft", value: { id: undefined, round: 2 } } },
      },
      { kind: "send", to: peer(3), message: { kind: "gossip", value: { kind: "prune" } } },
      received("hi2", peer(3), 9),
    ]);
  });

  it("spoofed_messages_are_ignored", () => {
    expect(receive(2, payload("hello1", 1))).toEqual([
      { kind: "schedule", delayMs: 1000, timer: { kind: "evictCache" } },
      dispatch,
      received("hello1", peer(2), 1),
    ]);
    expect(receive(2, payload("hello2", 1, Digest.hash(utf8.encode("foo"))))).toEqual([
      { kind: "spoofed", from: peer(2) },
    ]);
  });

  it("cache_is_evicted", () => {
    receive(2, payload("hello1", 1));
    expect(tree.cachedCount).toBe(1);
    tree.step({ kind: "timer", timer: { kind: "evictCache" } }, 1000);
    expect(tree.cachedCount).toBe(1);
    tree.step({ kind: "timer", timer: { kind: "evictCache" } }, 31_000);
    expect(tree.cachedCount).toBe(0);
  });
});

describe("PlumTree", () => {
  let tree: PlumTree;
  const receive = (from: number, message: BroadcastMessage): GossipOutput[] =>
    tree.step({ kind: "message", from: peer(from), message }, 0);
  const sends = (outputs: GossipOutput[]): GossipOutput[] => outputs.filter(({ kind }) => kind === "send");

  beforeEach(() => {
    tree = new PlumTree(peer(1), defaultBroadcastRules, (content) => Digest.hash(content));
    for (const n of [2, 3]) tree.step({ kind: "neighborUp", peer: peer(n) }, 0);
  });

  it("announces what is broadcast again instead of pushing it, so that nobody prunes us", () => {
    const content = utf8.encode("entry");
    expect(sends(tree.step({ kind: "broadcast", content, scope: "swarm" }, 0))).toHaveLength(2);
    expect(sends(tree.step({ kind: "broadcast", content, scope: "swarm" }, 1000))).toEqual([]);
    expect(tree.step({ kind: "timer", timer: { kind: "dispatchLazy" } }, 1005)).toEqual(
      [2, 3].map((n) => ({ kind: "send", to: peer(n), message: { kind: "gossip", value: announcement("entry", 0) } })),
    );
  });

  it("asks at once for a message that only its announcer can bring", () => {
    tree.step({ kind: "neighborDown", peer: peer(3) }, 0);
    expect(receive(2, announcement("gone", 0))).toMatchObject([{ kind: "schedule", delayMs: 0 }]);
    tree.step({ kind: "neighborUp", peer: peer(3) }, 0);
    expect(receive(2, announcement("other", 0))).toMatchObject([{ kind: "schedule", delayMs: 80 }]);
  });

  it("pushes in its farewell what it was about to announce", () => {
    receive(3, { kind: "prune" });
    tree.step({ kind: "broadcast", content: utf8.encode("bye"), scope: "swarm" }, 0);
    const farewell = [{ kind: "send", to: peer(3), message: { kind: "gossip", value: payload("bye", 0) } }];
    expect(tree.step({ kind: "farewell" }, 1)).toEqual(farewell);
  });

  it("remembers so many announcements of one peer and no more", () => {
    const flood = Array.from({ length: MISSING_PER_PEER_MAX + 500 }, (_, i) => ({ id: Digest.from(`${i}`), round: 0 }));
    expect(receive(2, { kind: "iHave", value: flood })).toHaveLength(MISSING_PER_PEER_MAX);
    expect(receive(3, announcement("still heard", 0))).toHaveLength(1);
  });
});
