import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { func } from "../../src/functions/index.js";
import { useNodes } from "../nodes.js";
import { available } from "./functions.js";

const Blob = func("blob", { request: t.bytes, response: t.bytes });

/** Bytes that are not all alike. */
function blob(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31) ^ (i >>> 8);
  return bytes;
}

describe("payloads of calls", () => {
  const context = useNodes();

  it("of every size get across both ways, small ones beside large ones", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    Blob.handle(n0!, (request) => request);
    await nodes.discoverAll(n0!, n1!);
    const caller = Blob.caller(n1!);
    await available(nodes, caller);
    const sizes = [0, 1, 65_520, 65_535, 65_536, 65_537, 131_072, 1_000_000, 5_000_000, 10, 300_000, 70_000];
    const answers = await nodes.within(20_000, Promise.all(sizes.map((size) => caller(blob(size)))), "the answers");
    expect(answers.map((answer) => answer.length)).toEqual(sizes);
    for (const [i, answer] of answers.entries()) {
      expect(Buffer.compare(answer, blob(sizes[i]!)), `the answer of ${sizes[i]} bytes`).toBe(0);
    }
    expect(caller.stats()).toMatchObject({ completed: sizes.length, attempts: sizes.length });
  });

  it("over the limit of the function are refused before they are sent", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const handler = Blob.handle(n0!, (request) => request, { requestMaxBytes: 100_000 });
    await nodes.discoverAll(n0!, n1!);
    const caller = Blob.caller(n1!);
    await available(nodes, caller);
    const failure = nodes.within(10_000, caller(blob(200_000)), "the refusal");
    await expect(failure).rejects.toMatchObject({ code: "rejected", closeCode: 400, outcomeUnknown: false });
    expect((await nodes.within(10_000, caller(blob(90_000)))).length).toBe(90_000);
    expect(handler.stats()).toEqual({ served: 1, failed: 0, inflight: 0 });
  });

  it("over the frame limit never leave", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("limited", "test", { frameLimitBytes: 100_000 });
    await expect(Blob.caller(n0)(blob(100_000))).rejects.toMatchObject({ code: "encode", attempts: [] });
  });
});
