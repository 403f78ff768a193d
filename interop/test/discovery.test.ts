import { Digest } from "mosaik";
import { describe, expect, it } from "vitest";
import { addrOf, obstacle, useLanguages, within } from "./setup.js";

describe.skipIf(obstacle !== undefined)("discovery between TypeScript and Rust", () => {
  const context = useLanguages();

  it("TypeScript pings Rust", async () => {
    const { languages } = context;
    const ts = await languages.ts("ping");
    const rust = await languages.rustNode("ping");
    const pong = await ts.discovery.ping(rust.addr);
    expect(pong.entry.entry.id.hex).toBe(rust.id);
    expect(pong.entry.entry.protocol).toBe("0.4.2");
    expect(pong.rttMicros).toBeGreaterThan(0);
    expect(ts.discovery.catalog.getSigned(rust.id)?.entry.id.hex).toBe(rust.id);
  });

  it("Rust pings TypeScript, each time getting a newer version", async () => {
    const { languages } = context;
    const ts = await languages.ts("ping");
    const rust = await languages.rustNode("ping");
    const first = await rust.ping(addrOf(ts));
    const second = await rust.ping(addrOf(ts));
    expect(first.entry).toMatchObject({ id: ts.local.id.hex, network: ts.id.hex, protocol: "0.4.2+ts.0.1.0" });
    expect(second.entry.version[0]).toBe(first.entry.version[0]);
    expect(second.entry.version[1]).toBeGreaterThan(first.entry.version[1]);
  });

  it("a sync begun by TypeScript puts each into the other's catalog, signed", async () => {
    const { languages } = context;
    const ts = await languages.ts("sync", { discovery: { tags: ["ours"] } });
    const rust = await languages.rustNode("sync", "main", ["theirs"]);
    await ts.discovery.syncWith(rust.addr);
    const theirs = ts.discovery.catalog.getSigned(rust.id);
    expect([...theirs!.entry.tags]).toEqual([Digest.from("theirs")]);
    await languages.rust.events.waitFor("peerDiscovered", (event) => event.peer === ts.local.id.hex);
    const ours = (await rust.catalog()).find(({ id }) => id === ts.local.id.hex);
    expect(ours).toMatchObject({ signed: true, tags: [Digest.from("ours").hex], protocol: "0.4.2+ts.0.1.0" });
  });

  it("a sync begun by Rust puts each into the other's catalog, signed", async () => {
    const { languages } = context;
    const ts = await languages.ts("sync", { discovery: { tags: ["ours"] } });
    const rust = await languages.rustNode("sync", "main", ["theirs"]);
    await rust.syncWith(addrOf(ts));
    const ours = (await rust.catalog()).find(({ id }) => id === ts.local.id.hex);
    expect(ours).toMatchObject({ signed: true, tags: [Digest.from("ours").hex] });
    const isKnown = ts.discovery.catalog.when((catalog) => catalog.getSigned(rust.id) !== undefined);
    await within(5000, isKnown, "the Rust node's entry");
    expect([...ts.discovery.catalog.getSigned(rust.id)!.entry.tags]).toEqual([Digest.from("theirs")]);
  });

  it("Rust dials TypeScript: gossip is taken, not refused, and both know each other", async () => {
    const { languages } = context;
    const ts = await languages.ts("dial");
    const rust = await languages.rustNode("dial");
    await rust.dial(addrOf(ts));
    await languages.rust.events.waitFor("peerDiscovered", (event) => event.peer === ts.local.id.hex);
    const isKnown = ts.discovery.catalog.when((catalog) => catalog.getSigned(rust.id) !== undefined);
    await within(5000, isKnown, "the Rust node's entry");
  });

  it("changes of tags reach the other side, both ways", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("tags");
    await languages.rust.events.waitFor("peerDiscovered", (event) => event.peer === ts.local.id.hex);
    const mark = languages.rust.events.mark();
    ts.discovery.addTags("from TypeScript");
    const tag = Digest.from("from TypeScript").hex;
    await languages.rust.events.waitFor("peerUpdated", (event) => event.entry.tags.includes(tag), { since: mark });
    await rust.addTags("from Rust");
    // Until gossip is spoken, our pings fetch it.
    const hasTag = ts.discovery.catalog.when(
      (catalog) => catalog.get(rust.id)?.entry.tags.has(Digest.from("from Rust")) === true,
    );
    await within(5000, hasTag, "the Rust node's tag");
  });

  it("nodes that know only a TypeScript bootstrap peer learn of each other, across languages", async () => {
    const { languages } = context;
    const bootstrap = await languages.ts("transitive");
    const rust = await languages.rustNode("transitive");
    await rust.dial(addrOf(bootstrap));
    const late = await languages.ts("transitive", { discovery: { bootstrap: [bootstrap.local.address()] } });
    await within(
      5000,
      late.discovery.catalog.when((catalog) => catalog.signedPeersCount() === 2),
      "both peers",
    );
    await languages.rust.events.waitFor("peerDiscovered", (event) => event.peer === late.local.id.hex);
  });

  it("a Rust node that is killed departs after three missed pings", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("killed");
    languages.rust.signal("SIGKILL");
    // Its turn comes within 12.5 s, and three pings take 6 s.
    await within(
      20_000,
      ts.discovery.catalog.when((catalog) => catalog.getSigned(rust.id) === undefined),
      "the departure",
    );
  });

  it("different networks stay apart, though the sync succeeds", async () => {
    const { languages } = context;
    const ts = await languages.ts("one");
    const rust = await languages.rustNode("another");
    await ts.discovery.syncWith(rust.addr);
    await rust.syncWith(addrOf(ts));
    expect(ts.discovery.catalog.peersCount()).toBe(0);
    expect((await rust.catalog()).map(({ id }) => id)).toEqual([rust.id]);
  });
});
