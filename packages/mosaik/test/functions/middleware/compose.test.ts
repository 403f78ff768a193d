import { describe, expect, it } from "vitest";
import type { Call, Middleware } from "../../../src/functions/call.js";
import { compose } from "../../../src/functions/middleware/index.js";

describe("compose", () => {
  const log: string[] = [];
  const named =
    (name: string): Middleware =>
    (next) =>
    async (request, options) => {
      log.push(`${name} in`);
      try {
        return await next(request, options);
      } finally {
        log.push(`${name} out`);
      }
    };
  const length: Call<string, number> = (text, options) => {
    log.push(`call ${options?.timeoutMs}`);
    return Promise.resolve(text.length);
  };

  it("puts the first around all others and hands options on", async () => {
    log.length = 0;
    const reply: number = await compose(length, named("a"), named("b"))("four", { timeoutMs: 7 });
    expect(reply).toBe(4);
    expect(log).toEqual(["a in", "b in", "call 7", "b out", "a out"]);
  });

  it("is the call itself where there is no middleware", () => {
    expect(compose(length)).toBe(length);
  });
});
