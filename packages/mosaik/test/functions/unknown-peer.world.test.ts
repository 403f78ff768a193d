import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { available, Closure } from "./functions.js";

describe("tests/functions/unknown_peer.rs", () => {
  const context = useNodes();

  it("unknown_caller_triggers_catalog_sync", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const handler = Closure.handle(n0!, (request) => request);
    // The caller knows the handler by an unsigned entry that only it has: it is refused as unknown, and syncs.
    expect(n1!.discovery.insert(n0!.discovery.me().entry)).toBe(true);
    expect(n0!.discovery.catalog.get(n1!.local.id)).toBeUndefined();
    const caller = Closure.caller(n1!);
    await available(nodes, caller);
    const answers = Promise.all([caller("who am i"), caller("and I?")]);
    expect(await nodes.within(15_000, answers, "the answers")).toEqual(["who am i", "and I?"]);
    expect(n0!.discovery.catalog.get(n1!.local.id)).toBeDefined();
    expect(handler.stats().served).toBe(2);
  });
});
