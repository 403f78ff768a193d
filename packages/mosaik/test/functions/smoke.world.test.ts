import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { ApplicationError, func, FunctionError } from "../../src/functions/index.js";
import { useNodes } from "../nodes.js";
import { available, Closure, Data1, Data2 } from "./functions.js";

describe("tests/functions/smoke.rs", () => {
  const context = useNodes();

  it("call_round_trip", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const callers: string[] = [];
    const handler = Closure.handle(n0!, (request, { caller }) => {
      callers.push(caller.id.hex);
      return `echo: ${request}`;
    });
    await nodes.discoverAll(n0!, n1!);
    expect(handler.stats()).toEqual({ served: 0, failed: 0, inflight: 0 });
    const caller = Closure.caller(n1!);
    await available(nodes, caller);
    expect(await nodes.within(10_000, caller("hello"), "the answer")).toBe("echo: hello");
    expect(callers).toEqual([n1!.local.id.hex]);
    expect(handler.stats()).toEqual({ served: 1, failed: 0, inflight: 0 });
    expect(caller.stats()).toEqual({ completed: 1, failed: 0, inflight: 0, attempts: 1 });
  });

  it("application_error_is_typed", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const error = t.struct({ reason: t.string });
    const Failing = func({ request: Data1, response: Data2, error });
    Failing.handle(n0!, async (request) => {
      await Promise.resolve();
      throw new ApplicationError({ reason: `rejected: ${request}` });
    });
    await nodes.discoverAll(n0!, n1!);
    const failure: unknown = await nodes.within(
      10_000,
      Failing.caller(n1!)("boom").catch((reason: unknown) => reason),
      "the failure",
    );
    expect(failure).toBeInstanceOf(FunctionError);
    expect(failure).toMatchObject({ code: "application", error: { reason: "rejected: boom" }, peer: n0!.local.id });
  });

  it("registration_is_advertised_and_removed", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    await nodes.discoverAll(n0!, n1!);
    const handler = Closure.handle(n0!, (request) => request);
    const { functionId } = handler;
    expect(n0!.discovery.catalog.local.entry.functions.has(functionId)).toBe(true);
    await nodes.within(5000, n1!.discovery.syncWith(n0!.local.address()), "a sync");
    expect(n1!.discovery.catalog.get(n0!.local.id)?.entry.functions.has(functionId)).toBe(true);
    await handler.close();
    expect(n0!.discovery.catalog.local.entry.functions.has(functionId)).toBe(false);
  });
});
