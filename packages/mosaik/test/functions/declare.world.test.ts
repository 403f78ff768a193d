import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { FunctionError } from "../../src/functions/index.js";
import { ApplicationError, func } from "../../src/functions/index.js";
import { Digest } from "../../src/primitives/index.js";
import { useNodes } from "../nodes.js";
import { PlainValidator } from "../tickets/validators.js";
import { available, Data1, Data2, ticketFor, validator } from "./functions.js";

const types = { request: Data1, response: Data2 };
const DeclErr = t.newtype("all::functions::declare::DeclErr", t.string);

const Echo = func({ ...types, rustName: "all::functions::declare::Echo" });
const Fallible = func("mosaik.test.declare.fallible", { ...types, error: DeclErr });
const CallSide = func.callerOnly("mosaik.test.declare.call", types);
const ServeSide = func.handlerOnly("mosaik.test.declare.call", types);
const Guarded = func("mosaik.test.declare.guarded", types, {
  requireCallerTicket: validator,
  require: () => true,
  callTimeoutMs: 15_000,
  maxConcurrent: 8,
});

describe("tests/functions/declare.rs", () => {
  const context = useNodes();

  it("declared_round_trip", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const handler = Echo.handle(n0!, (request) => `declared: ${request}`);
    await nodes.discoverAll(n0!, n1!);
    const caller = Echo.caller(n1!);
    expect(caller.functionId).toBe(handler.functionId);
    expect(caller.functionId).toBe(Digest.fromParts(["all::functions::declare::Echo", "all::Data1", "all::Data2"]));
    await available(nodes, caller);
    expect(await nodes.within(10_000, caller("hi"), "the answer")).toBe("declared: hi");
  });

  it("declared_application_error", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    Fallible.handle(n0!, (request) => {
      throw new ApplicationError(`no: ${request}`);
    });
    await nodes.discoverAll(n0!, n1!);
    const caller = await nodes.within(10_000, Fallible.onlineCaller(n1!), "the caller to be online");
    const failure = nodes.within(10_000, caller("try"), "the failure");
    await expect(failure).rejects.toMatchObject({ code: "application", error: "no: try" });
  });

  it("split_declarations_interoperate", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    ServeSide.handle(n0!, (request) => request);
    await nodes.discoverAll(n0!, n1!);
    const caller = CallSide.caller(n1!);
    await available(nodes, caller);
    expect(await nodes.within(10_000, caller("split"), "the answer")).toBe("split");
    // One side's declaration has no constructor of the other in its type.
    // @ts-expect-error a caller's declaration does not handle
    expect(CallSide.handle).toBeTypeOf("function");
    // @ts-expect-error a handler's declaration does not call
    expect(ServeSide.caller).toBeTypeOf("function");
  });

  it("declared_ticket_authorization", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const handler = Guarded.handle(n0!, (request) => request);
    await nodes.discoverAll(n0!, n1!);
    const caller = Guarded.caller(n1!);
    expect(caller.functionId).toBe(handler.functionId);
    await available(nodes, caller);
    const refused = nodes.within(10_000, caller("nope", { timeoutMs: 2000 }), "the refusal");
    await expect(refused).rejects.toMatchObject({ code: "rejected", closeCode: 11_403 });
    n1!.discovery.addTicket(ticketFor(n1!));
    await nodes.discoverAll(n0!, n1!);
    expect(await nodes.within(10_000, caller("badge"), "the answer")).toBe("badge");
  });

  it("options given later win over scalars, and add to tickets", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const more = new PlainValidator("more");
    const handler = Guarded.handle(n0, (request) => request, { requireCallerTicket: more, maxConcurrent: 0 });
    const base = Digest.from("mosaik.test.declare.guarded");
    expect(handler.functionId).toBe(base.derive(validator.signature).derive(more.signature));
    const Both = func("both", types, { requireTicket: more });
    expect(Both.caller(n0).functionId).toBe(Digest.from("both").derive(more.signature).derive(more.signature));
  });

  it("a mistake shows where it is made", () => {
    const nameless = t.struct({ a: t.u8 });
    expect(() => func({ request: nameless, response: t.u8 })).toThrow(
      expect.objectContaining({ name: "FunctionError", code: "noFunctionId" }) as FunctionError,
    );
    expect(() => func("id", types, { callTimeoutMs: -1 })).toThrow(
      expect.objectContaining({ code: "invalidOption" }) as FunctionError,
    );
    // It would admit everybody.
    const misplaced = { ...types, requireTicket: new PlainValidator("misplaced") };
    expect(() => func("id", misplaced)).toThrow(
      expect.objectContaining({ code: "invalidOption", message: expect.stringContaining("requireTicket") as string }),
    );
  });
});
