import { describe, expect, it } from "vitest";
import { repeatedly } from "../../src/bench/load.js";

const never = new AbortController().signal;

describe("a load", () => {
  it("is as many operations as it may be, no more at once than it may be", async () => {
    let underWay = 0;
    let most = 0;
    const operation = async () => {
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
    };
    const limits = { count: 100, durationMs: 60_000, signal: never };
    const measured = await repeatedly(operation, { size: 10, concurrency: 4 }, limits);
    expect(measured).toMatchObject({ items: 100, bytes: 1000 });
    expect(measured.latency.count).toBe(100);
    expect(most).toBe(4);
  });

  it("fails with the first operation that does, and with its signal though nothing ends", async () => {
    const limits = { count: 10, durationMs: 60_000, signal: never };
    const shape = { size: 1, concurrency: 2 };
    await expect(repeatedly(() => Promise.reject(new Error("no")), shape, limits)).rejects.toThrow("no");
    const controller = new AbortController();
    const waiting = repeatedly(() => new Promise(() => undefined), shape, { ...limits, signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });
});
