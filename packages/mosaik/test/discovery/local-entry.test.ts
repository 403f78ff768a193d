import { describe, expect, it } from "vitest";
import { Digest } from "../../src/primitives/index.js";
import { TICKETS_PER_CLASS_MAX, TICKETS_PER_PEER_MAX } from "../../src/tickets/index.js";
import { useNodes } from "../nodes.js";

const tags = (count: number): Digest[] => Array.from({ length: count }, (_, i) => Digest.fromInteger(i, 4));
const tooLarge = expect.objectContaining({ name: "DiscoveryError", code: "entryTooLarge" }) as Error;

describe("our own entry", () => {
  const context = useNodes();

  it("refuses a change beyond what others take, and stays as it was", async () => {
    const { discovery } = await context.nodes.join("a");
    discovery.addTags(tags(8000));
    const before = discovery.me();
    expect(() => discovery.addTags(tags(9000))).toThrow(tooLarge);
    const data = new Uint8Array(256 * 1024);
    expect(() => discovery.addTicket({ class: Digest.from("a"), data })).toThrow(tooLarge);
    expect(discovery.me()).toBe(before);
    discovery.removeTags(tags(8000));
    expect(discovery.me().entry.tags.size).toBe(0);
  });

  it("has no more tickets than others judge", async () => {
    const { discovery } = await context.nodes.join("a");
    const ticket = (ticketClass: string, number: number): { class: Digest; data: Uint8Array } => ({
      class: Digest.from(ticketClass),
      data: new Uint8Array([number]),
    });
    for (let i = 0; i < TICKETS_PER_CLASS_MAX; i++) discovery.addTicket(ticket("class", i));
    expect(() => discovery.addTicket(ticket("class", 100))).toThrow(tooLarge);
    for (let i = TICKETS_PER_CLASS_MAX; i < TICKETS_PER_PEER_MAX; i++) discovery.addTicket(ticket(`class ${i}`, i));
    expect(() => discovery.addTicket(ticket("another", 1))).toThrow(tooLarge);
    expect(discovery.me().entry.tickets.size).toBe(TICKETS_PER_PEER_MAX);
    discovery.replaceTicket(ticket("class", 100));
    expect(discovery.me().entry.tickets.size).toBe(TICKETS_PER_PEER_MAX - TICKETS_PER_CLASS_MAX + 1);
  });

  it("is refused at the beginning, too, and so is an unusable limit of entries", async () => {
    const { nodes } = context;
    await expect(nodes.join("a", "test", { discovery: { tags: tags(9000) } })).rejects.toEqual(tooLarge);
    for (const entriesMax of [0, -1, 1.5, NaN, Infinity]) {
      const invalid = expect.objectContaining({ name: "DiscoveryError", code: "invalidOption" }) as Error;
      await expect(nodes.join("b", "test", { discovery: { entriesMax } })).rejects.toEqual(invalid);
    }
  });

  it("is not among the entries that the limit counts", async () => {
    const { nodes } = context;
    const small = await nodes.join("small", "test", { discovery: { entriesMax: 2 } });
    const others = await nodes.joinMany(3);
    for (const other of others) small.discovery.feed(other.discovery.me());
    expect(small.discovery.catalog.signedPeersCount()).toBe(2);
  });
});
