import { describe, expect, it } from "vitest";
import { func } from "../../src/functions/index.js";
import { Digest } from "../../src/primitives/index.js";
import { useNodes } from "../nodes.js";
import { available, Closure, Data1, Data2, ticketFor, validator } from "./functions.js";

describe("tests/functions/auth.rs", () => {
  const context = useNodes();

  it("handler_requires_caller_ticket", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const options = { requireCallerTicket: validator };
    const handler = Closure.handle(n0!, (request) => request, options);
    await nodes.discoverAll(n0!, n1!);
    const caller = Closure.caller(n1!, options);
    expect(caller.functionId).toBe(handler.functionId);
    await available(nodes, caller);
    const refused = nodes.within(10_000, caller("no ticket", { timeoutMs: 2000 }), "the refusal");
    await expect(refused).rejects.toMatchObject({ code: "rejected", closeCode: 11_403, outcomeUnknown: false });
    n1!.discovery.addTicket(ticketFor(n1!));
    await nodes.discoverAll(n0!, n1!);
    expect(await nodes.within(10_000, caller("ticketed"), "the answer")).toBe("ticketed");
  });

  it("caller_requires_handler_ticket", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const options = { requireHandlerTicket: validator };
    Closure.handle(n0!, (request) => request, options);
    await nodes.discoverAll(n0!, n1!);
    const caller = Closure.caller(n1!, options);
    const unreachable = nodes.within(10_000, caller("unreachable", { timeoutMs: 2000 }), "no handler");
    await expect(unreachable).rejects.toMatchObject({ code: "unavailable", attempts: [] });
    n0!.discovery.addTicket(ticketFor(n0!));
    await nodes.discoverAll(n0!, n1!);
    expect(await nodes.within(10_000, caller("trusted"), "the answer")).toBe("trusted");
  });

  it("mismatched_auth_is_hard_partition", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    n1!.discovery.addTicket(ticketFor(n1!));
    const Partition = func("mosaik.test.functions.partition", { request: Data1, response: Data2 });
    const options = { requireCallerTicket: validator };
    const handler = Partition.handle(n0!, (request) => request, options);
    await nodes.discoverAll(n0!, n1!);
    const unaware = Partition.caller(n1!);
    expect(unaware.functionId).toBe(Digest.from("mosaik.test.functions.partition"));
    expect(unaware.functionId).not.toBe(handler.functionId);
    const lost = nodes.within(10_000, unaware("lost", { timeoutMs: 2000 }), "no handler");
    await expect(lost).rejects.toMatchObject({ code: "unavailable" });
    const aware = Partition.caller(n1!, options);
    expect(aware.functionId).toBe(handler.functionId);
    expect(await nodes.within(10_000, aware("found"), "the answer")).toBe("found");
  });
});
