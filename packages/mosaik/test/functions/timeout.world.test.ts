import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { available, Closure } from "./functions.js";

describe("tests/functions/timeout.rs", () => {
  const context = useNodes();

  it("no_handler_is_unavailable", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    await nodes.discoverAll(n0!, n1!);
    const failure = nodes.within(10_000, Closure.caller(n1!)("anyone?", { timeoutMs: 2000 }), "the failure");
    await expect(failure).rejects.toMatchObject({ code: "unavailable", attempts: [], outcomeUnknown: false });
  });

  it("call_waits_for_late_handler", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    await nodes.discoverAll(n0!, n1!);
    const caller = Closure.caller(n1!);
    const answer = caller("late");
    expect(caller.stats()).toMatchObject({ inflight: 1, attempts: 0 });
    Closure.handle(n0!, (request) => request);
    await nodes.within(5000, n1!.discovery.syncWith(n0!.local.address()), "a sync");
    expect(await nodes.within(10_000, answer, "the answer")).toBe("late");
  });

  it("slow_handler_times_out", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    let deadlineMs: number | undefined;
    let isAborted = false;
    const handler = Closure.handle(n0!, (_request, call) => {
      deadlineMs = call.deadlineMs;
      call.signal.addEventListener("abort", () => (isAborted = true));
      return new Promise<string>(() => {});
    });
    await nodes.discoverAll(n0!, n1!);
    const caller = Closure.caller(n1!);
    await available(nodes, caller);
    const failure = nodes.within(10_000, caller("slow", { timeoutMs: 2000 }), "the failure");
    await expect(failure).rejects.toMatchObject({
      code: "timeout",
      attempts: [{ peer: n0!.local.id, outcome: "abandoned", mayHaveRun: true }],
      outcomeUnknown: true,
    });
    expect(deadlineMs).toBeGreaterThan(1000);
    expect(deadlineMs).toBeLessThanOrEqual(2000);
    await nodes.until(() => isAborted && handler.stats().inflight === 0, 2000, "the handler to be told");
    expect(handler.stats()).toEqual({ served: 0, failed: 1, inflight: 0 });
  });
});
