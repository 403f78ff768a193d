import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { func } from "../../../src/functions/index.js";
import { bulkhead, cache, circuitBreaker, compose, retry } from "../../../src/functions/middleware/index.js";
import { useNodes } from "../../nodes.js";

const Double = func("double", { request: t.u32, response: t.u32 });

describe("middleware around the caller of a network", () => {
  const context = useNodes();

  it("keeps replies, retries what was refused, and stops calling when there is nobody", async () => {
    const { nodes } = context;
    const [caller, serving] = await nodes.joinMany(2);
    const requests: number[] = [];
    const handler = Double.handle(serving!, (n) => {
      requests.push(n);
      return 2 * n;
    });
    await nodes.discoverAll(caller!, serving!);
    const plain = Double.caller(caller!, { callTimeoutMs: 500 });
    await nodes.within(5000, plain.when().available(), "the handler");
    const double = compose(
      plain,
      cache(caller!, { request: t.u32, ttlMs: 60_000 }),
      retry(caller!, { attemptsMax: 2 }),
      circuitBreaker(caller!, { failuresMax: 2, openMs: 60_000 }),
      bulkhead(caller!, { concurrentMax: 2, queueMax: 8 }),
    );
    const replies = await nodes.within(5000, Promise.all([1, 2, 1, 3, 2].map((n) => double(n))), "the replies");
    expect(replies).toEqual([2, 4, 2, 6, 4]);
    expect(requests.sort()).toEqual([1, 2, 3]);

    await handler.close();
    await nodes.within(5000, plain.when().unavailable(), "the handler to be gone");
    expect(await double(3)).toBe(6);
    await expect(nodes.within(5000, double(4), "the failure")).rejects.toMatchObject({ code: "unavailable" });
    await expect(double(5)).rejects.toMatchObject({ code: "circuitOpen" });
    expect(caller!.metrics.counter("mosaik.functions.retries").value).toBe(1);
  });
});
