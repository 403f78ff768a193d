import { describe, expect, it } from "vitest";
import type { CatalogChange } from "../../src/discovery/index.js";
import { PeerEntry } from "../../src/network/index.js";
import { Digest } from "../../src/primitives/index.js";
import { useNodes } from "../nodes.js";
import { peerIdOf } from "./entries.js";

describe("catalog.changes()", () => {
  const context = useNodes();

  it("tells of peers that appear, say something else and depart", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    const changes = a!.discovery.catalog.changes();
    const next = async (): Promise<CatalogChange> =>
      (await nodes.within(5000, changes.next(), "a change")).value as CatalogChange;
    await nodes.discoverAll(a!, b!);
    const appeared = await next();
    expect(appeared).toMatchObject({ kind: "appeared", entry: { id: b!.local.id } });
    b!.discovery.addTags("gpu");
    const updated = await next();
    expect(updated).toMatchObject({ kind: "updated", entry: { id: b!.local.id }, previous: { id: b!.local.id } });
    if (updated.kind !== "updated") return expect.fail(updated.kind);
    expect([updated.previous.tags.has(Digest.from("gpu")), updated.entry.tags.has(Digest.from("gpu"))]).toEqual([
      false,
      true,
    ]);
    await nodes.within(5000, b!.close(), "b to leave");
    expect(await next()).toMatchObject({ kind: "departed", entry: { id: b!.local.id } });
    await nodes.within(5000, a!.close(), "a to leave");
    expect((await changes.next()).done).toBe(true);
  });

  it("tells of unsigned entries, and ends with its signal", async () => {
    const { nodes } = context;
    const a = await nodes.join("a");
    const aborting = new AbortController();
    const changes = a.discovery.catalog.changes({ signal: aborting.signal });
    const made = PeerEntry.create("0.4.2", a.local.networkId, { id: peerIdOf(7), addrs: [] }, 1);
    const changed = made.withAdded("tags", ["x"], 2);
    a.discovery.insert(made);
    a.discovery.insert(changed);
    a.discovery.clearUnsigned();
    expect((await changes.next()).value).toEqual({ kind: "appeared", entry: made });
    expect((await changes.next()).value).toEqual({ kind: "updated", entry: changed, previous: made });
    expect((await changes.next()).value).toEqual({ kind: "departed", entry: changed });
    const waiting = changes.next();
    aborting.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(changes.next()).rejects.toThrow("enough");
    expect(a.discovery.insert(made)).toBe(true);
    await changes.return?.();
    expect((await changes.next()).done).toBe(true);
  });

  it("tells a reader that lagged to look at the whole catalog, and goes on from there", async () => {
    const { nodes } = context;
    const a = await nodes.join("a", "test", { discovery: { eventsBacklog: 4 } });
    const changes = a.discovery.catalog.changes();
    const insert = (number: number): PeerEntry => {
      const entry = PeerEntry.create("0.4.2", a.local.networkId, { id: peerIdOf(number), addrs: [] }, 1);
      a.discovery.insert(entry);
      return entry;
    };
    for (let number = 1; number <= 5; number++) insert(number);
    expect((await changes.next()).value).toEqual({ kind: "reset", missed: 5 });
    expect(a.discovery.catalog.unsignedPeers()).toHaveLength(5);
    const sixth = insert(6);
    expect((await changes.next()).value).toEqual({ kind: "appeared", entry: sixth });
    const waiting = changes.next();
    const seventh = insert(7);
    expect((await waiting).value).toEqual({ kind: "appeared", entry: seventh });
  });
});
