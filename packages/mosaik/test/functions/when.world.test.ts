import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { available, Closure } from "./functions.js";

describe("tests/functions/when.rs", () => {
  const context = useNodes();

  it("available_minimum_of", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    Closure.handle(n0!, (request) => request);
    await nodes.discoverAll(n0!, n1!, n2!);
    const caller = Closure.caller(n2!);
    await available(nodes, caller);
    expect(caller.isOnline).toBe(true);
    expect(caller.when().available().minimumOf(2).isMet).toBe(false);
    expect(caller.when().unavailable().isMet).toBe(false);
    const second = Closure.handle(n1!, (request) => request);
    await nodes.within(5000, n2!.discovery.syncWith(n1!.local.address()), "a sync");
    await available(nodes, caller, 2);
    await second.close();
    await nodes.within(10_000, caller.when().available().minimumOf(2).unmet(), "one to go");
  });

  it("online_when_condition", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    Closure.handle(n0!, (request) => request);
    await nodes.discoverAll(n0!, n1!, n2!);
    const caller = Closure.caller(n2!, { onlineWhen: (handlers) => handlers.minimumOf(2) });
    await available(nodes, caller);
    expect([caller.isOnline, caller.when().online().isMet, caller.when().offline().isMet]).toEqual([
      false,
      false,
      true,
    ]);
    const second = Closure.handle(n1!, (request) => request);
    await nodes.within(5000, n2!.discovery.syncWith(n1!.local.address()), "a sync");
    await nodes.within(10_000, caller.when().online(), "to be online");
    expect(caller.isOnline).toBe(true);
    await second.close();
    await nodes.within(10_000, caller.when().offline(), "to be offline again");
  });

  it("waits end with the caller, and with their signal", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const abort = new AbortController();
    const waiting = Closure.onlineCaller(n0, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    const caller = Closure.caller(n0);
    const [online, call] = [caller.when().online().toPromise(), caller("anyone?")];
    await caller.close();
    await expect(online).rejects.toMatchObject({ name: "FunctionError", code: "closed" });
    await expect(call).rejects.toMatchObject({ code: "closed", outcomeUnknown: false });
    await expect(caller("again")).rejects.toMatchObject({ code: "closed" });
  });
});
