import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { available, Closure, Gate } from "./functions.js";

describe("tests/functions/capacity.rs", () => {
  const context = useNodes();

  it("capacity_exhaustion_is_rejected", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const gate = new Gate();
    const waiting = async (request: string): Promise<string> => {
      await gate.opened;
      return request;
    };
    const handler = Closure.handle(n0!, waiting, { maxConcurrent: 1 });
    await nodes.discoverAll(n0!, n1!);
    const caller = Closure.caller(n1!);
    await available(nodes, caller);
    const slow = caller("first");
    await nodes.until(() => handler.stats().inflight === 1, 5000, "the first call to be served");
    const refused = nodes.within(10_000, caller("second", { timeoutMs: 2000 }), "the refusal");
    await expect(refused).rejects.toMatchObject({ code: "rejected", closeCode: 11_509, outcomeUnknown: false });
    // A momentary lack of room is got over: the call is tried again, and room comes.
    const third = caller("third", { timeoutMs: 10_000 });
    gate.open();
    expect(await nodes.within(10_000, slow, "the first")).toBe("first");
    expect(await nodes.within(10_000, third, "the third")).toBe("third");
    expect(handler.stats()).toEqual({ served: 2, failed: 0, inflight: 0 });
  });

  it("capacity_exhaustion_fails_over", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const gate = new Gate();
    const waiting = async (request: string): Promise<string> => {
      await gate.opened;
      return request;
    };
    const slow = Closure.handle(n0!, waiting, { maxConcurrent: 1 });
    await nodes.discoverAll(n0!, n2!);
    const caller = Closure.caller(n2!);
    await available(nodes, caller);
    const first = caller("first");
    await nodes.until(() => slow.stats().inflight === 1, 5000, "the first call to be served");
    const fast = Closure.handle(n1!, (request) => request);
    await nodes.discoverAll(n0!, n1!, n2!);
    await available(nodes, caller, 2);
    for (let i = 0; i < 3; i++) {
      expect(await nodes.within(10_000, caller(`second ${i}`), "the second")).toBe(`second ${i}`);
    }
    expect(fast.stats().served).toBe(3);
    gate.open();
    expect(await nodes.within(10_000, first, "the first")).toBe("first");
  });

  it("a capacity of 0 refuses everybody", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    Closure.handle(n0!, (request) => request, { maxConcurrent: 0 });
    await nodes.discoverAll(n0!, n1!);
    const refused = nodes.within(10_000, Closure.caller(n1!)("any", { timeoutMs: 500 }), "the refusal");
    await expect(refused).rejects.toMatchObject({ code: "rejected", closeCode: 11_509 });
  });
});
