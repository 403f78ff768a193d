import { describe, expect, it } from "vitest";
import { func } from "../../src/functions/index.js";
import { Digest } from "../../src/primitives/index.js";
import { useNodes } from "../nodes.js";
import { available, Data1, Data2 } from "./functions.js";

const types = { request: Data1, response: Data2 };
const Suffixer = func({ ...types, rustName: "all::functions::function_trait::Suffixer" });
const Pinned = func("mosaik.test.functions.pinned", types);

describe("tests/functions/function_trait.rs", () => {
  const context = useNodes();

  it("serve_fn_round_trip", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    expect(n0!.discovery.catalog.local.entry.functions.size).toBe(0);
    const handler = Suffixer.handle(n0!, (request) => `${request}!`);
    expect(n0!.discovery.catalog.local.entry.functions.has(handler.functionId)).toBe(true);
    await nodes.discoverAll(n0!, n1!);
    const caller = Suffixer.caller(n1!);
    expect(caller.functionId).toBe(handler.functionId);
    await available(nodes, caller);
    expect(await nodes.within(10_000, caller("hello"), "the answer")).toBe("hello!");
  });

  it("signature_override_is_respected", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const handler = Pinned.handle(n0!, (request) => request);
    expect(handler.functionId).toBe(Digest.parse("5026e5ca72eb971a4432524bae863c4ffe2cbe251c79028868cfd5626c4a5eb3"));
    await nodes.discoverAll(n0!, n1!);
    const caller = Pinned.caller(n1!);
    expect(caller.functionId).toBe(handler.functionId);
    await available(nodes, caller);
    expect(await nodes.within(10_000, caller("pinned"), "the answer")).toBe("pinned");
  });
});
