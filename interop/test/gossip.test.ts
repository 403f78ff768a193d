import { Digest, PeerId, stream, t, type Network } from "mosaik";
import { describe, expect, it } from "vitest";
import type { PeerAddr, RustNode } from "../src/index.js";
import { addrOf, obstacle, until, useLanguages, within, type Languages } from "./setup.js";

/** A node of either language, as these tests use it. */
interface Member {
  readonly id: string;
  readonly addr: PeerAddr;
  addTag(tag: string): Promise<void>;
  /** The tags that it knows of a peer. */
  tagsOf(id: string): Promise<readonly string[] | undefined>;
  leave(): Promise<void>;
}

function tsMember(network: Network): Member {
  return {
    id: network.local.id.hex,
    addr: addrOf(network),
    addTag: (tag) => Promise.resolve(network.discovery.addTags(tag)),
    tagsOf: (id) => {
      const tags = network.discovery.catalog.getSigned(id)?.entry.tags;
      return Promise.resolve(tags === undefined ? undefined : [...tags].map(({ hex }) => hex));
    },
    leave: () => network.close(),
  };
}

function rustMember(node: RustNode): Member {
  return {
    id: node.id,
    addr: node.addr,
    addTag: (tag) => node.addTags(tag),
    tagsOf: async (id) => (await node.catalog()).find((entry) => entry.id === id && entry.signed)?.tags,
    leave: () => node.leave(),
  };
}

async function join(languages: Languages, language: string, name: string, bootstrap: Member[]): Promise<Member> {
  const peers = bootstrap.map(({ addr }) => addr);
  // Without pings: what a TypeScript node learns after the meeting it learns by gossip.
  const discovery = { bootstrap: peers, pingIntervalMs: 600_000 };
  if (language === "TS") return tsMember(await languages.ts("gossip", { discovery }));
  const node = await languages.rustNode("gossip", name);
  for (const addr of peers) await node.dial(addr);
  return rustMember(node);
}

async function eventually(ms: number, condition: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const compositions = ["TS", "Rust"].flatMap((a) =>
  ["TS", "Rust"].flatMap((b) => ["TS", "Rust"].map((c) => [a, b, c] as const)),
);

describe.skipIf(obstacle !== undefined)("gossip between TypeScript and Rust", () => {
  const context = useLanguages();

  it.each(compositions)(
    "a chain of %s - %s - %s: changes and farewells of one end reach the other",
    async (...kinds) => {
      const { languages } = context;
      const middle = await join(languages, kinds[1], "middle", []);
      const left = await join(languages, kinds[0], "left", [middle]);
      const right = await join(languages, kinds[2], "right", [middle]);
      const all = [left, middle, right];
      const meets = async (): Promise<boolean> => {
        for (const one of all) {
          for (const other of all) if (one !== other && (await one.tagsOf(other.id)) === undefined) return false;
        }
        return true;
      };
      await eventually(10_000, meets, "all to know each other");
      for (const [from, to] of [
        [left, right],
        [right, left],
      ] as const) {
        const tag = `of ${from.id}`;
        await from.addTag(tag);
        const hex = Digest.from(tag).hex;
        await eventually(3000, async () => (await to.tagsOf(from.id))?.includes(hex) === true, "the tag");
      }
      await left.leave();
      const isGone = async (member: Member): Promise<boolean> => (await member.tagsOf(left.id)) === undefined;
      await eventually(3000, async () => (await isGone(middle)) && (await isGone(right)), "the farewell");
    },
  );

  it("ten nodes of both languages converge within ten seconds", async () => {
    const { languages } = context;
    const first = await join(languages, "TS", "n0", []);
    const members = [first];
    for (let i = 1; i < 10; i++) members.push(await join(languages, i % 2 === 0 ? "TS" : "Rust", `n${i}`, [first]));
    const converged = async (): Promise<boolean> => {
      for (const one of members) {
        for (const other of members) if (one !== other && (await one.tagsOf(other.id)) === undefined) return false;
      }
      return true;
    };
    await eventually(10_000, converged, "ten nodes to know each other");
  });

  it("streams and tickets that are added later are seen by Rust", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("later");
    await rust.dial(addrOf(ts));
    const mark = languages.rust.events.mark();
    ts.discovery.addTicket({ class: Digest.from("my-app.auth"), data: new TextEncoder().encode("credential") });
    const { streamId } = stream(t.u64).producer(ts);
    await languages.rust.events.waitFor(
      "peerUpdated",
      ({ entry }) => entry.tickets.length === 1 && entry.streams.includes(streamId.hex),
      { since: mark },
    );
  });

  it("a Rust node that is restarted with the same key is taken for what it is now", async () => {
    const { languages } = context;
    const ts = await languages.ts("restart");
    const join = (): Promise<RustNode> =>
      languages.rust.join({ network: "restart", relay: languages.relay.url, seed: "one key" }, "restarting");
    const before = await join();
    await before.dial(addrOf(ts));
    const versionOf = (): bigint | undefined => ts.discovery.catalog.getSigned(before.id)?.entry.version.started;
    await until(5000, () => versionOf() !== undefined, "the node to be known");
    const first = versionOf();
    // It says farewell by gossip: to somebody who is its neighbour.
    const isNeighbor = (): boolean =>
      ts.discovery.topology().peers.some(({ id, isNeighbor }) => id.hex === before.id && isNeighbor);
    await until(5000, isNeighbor, "gossip to be joined");
    await before.leave();
    // By its farewell, or by its silence where Rust was not yet in the swarm itself and said none.
    await until(15_000, () => versionOf() === undefined, "it to be gone");
    const after = await join();
    expect(after.id).toBe(before.id);
    await after.dial(addrOf(ts));
    await until(5000, () => (versionOf() ?? 0n) > first!, "the new process to be known");
    await within(5000, ts.discovery.ping(PeerId.from(after.id)), "a ping of the new process");
  });
});
