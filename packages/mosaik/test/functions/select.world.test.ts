import { describe, expect, it } from "vitest";
import { Digest } from "../../src/primitives/index.js";
import { useNodes } from "../nodes.js";
import { available, Closure } from "./functions.js";

describe("tests/functions/select.rs", () => {
  const context = useNodes();

  it("require_filters_handlers", async () => {
    const { nodes } = context;
    const blue = await nodes.join("blue", "test", { discovery: { tags: ["blue"] } });
    const red = await nodes.join("red", "test", { discovery: { tags: ["red"] } });
    const n2 = await nodes.join("n2");
    const handlers = [blue, red].map((node) => Closure.handle(node, (request) => request));
    await nodes.discoverAll(blue, red, n2);
    const caller = Closure.caller(n2, { requireHandler: ({ entry }) => entry.tags.has(Digest.from("blue")) });
    await available(nodes, caller);
    for (let i = 0; i < 3; i++) {
      expect(await nodes.within(10_000, caller(`call ${i}`), "the answer")).toBe(`call ${i}`);
    }
    expect(handlers.map((handler) => handler.stats().served)).toEqual([3, 0]);
    expect(caller.handlers().map(({ id }) => id)).toEqual([blue.local.id]);
  });

  it("failover_on_handler_drop", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const [h0, h1] = [n0!, n1!].map((node) => Closure.handle(node, (request) => request));
    await nodes.discoverAll(n0!, n1!, n2!);
    const caller = Closure.caller(n2!);
    await available(nodes, caller, 2);
    expect(await nodes.within(10_000, caller("both up"), "the answer")).toBe("both up");
    await h0!.close();
    for (let i = 0; i < 3; i++) {
      expect(await nodes.within(10_000, caller(`after drop ${i}`), "the answer")).toBe(`after drop ${i}`);
    }
    expect(h1!.stats().served).toBeGreaterThanOrEqual(3);
  });

  it("handlers that are equally near share the calls", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const handlers = [n0!, n1!].map((node) => Closure.handle(node, (request) => request));
    await nodes.discoverAll(n0!, n1!, n2!);
    for (const { local } of [n0!, n1!]) for (let i = 0; i < 5; i++) n2!.discovery.rtt.record(local.id, 500);
    n2!.discovery.addTags("measured");
    const caller = Closure.caller(n2!);
    await available(nodes, caller, 2);
    await nodes.within(10_000, Promise.all(Array.from({ length: 20 }, (_, i) => caller(`${i}`))), "the answers");
    expect(handlers.map((handler) => handler.stats().served).reduce((a, b) => a + b)).toBe(20);
    expect(Math.min(...handlers.map((handler) => handler.stats().served))).toBeGreaterThanOrEqual(8);
  });
});
