import { describe, expect, it } from "vitest";
import type { FunctionError } from "../../../src/functions/errors.js";
import { retry, type RetryOptions } from "../../../src/functions/middleware/index.js";
import { failure, MiddlewareWorld, outcomeOf, ScriptedCall } from "./scripted.js";

const STEADY = { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 };

/** A retried call that fails so often before it succeeds. */
function flaky(failures: FunctionError[], options: RetryOptions = {}) {
  const world = new MiddlewareWorld();
  const scripted = new ScriptedCall<string, string>(world, ({ request, reply, fail }) => {
    const error = failures.shift();
    if (error === undefined) reply(request);
    else fail(error);
  });
  const call = retry(world.host, { backoff: STEADY, ...options })(scripted.call);
  return { world, scripted, call };
}

describe("retry", () => {
  it("makes a call again after waits that grow", async () => {
    const { world, scripted, call } = flaky([failure("rejected"), failure("transport")]);
    expect(await world.sim.within(1000, call("hello"))).toBe("hello");
    const [first, ...later] = scripted.made.map(({ atMs }) => atMs);
    expect(later.map((atMs) => atMs - first!)).toEqual([100, 300]);
    expect(world.counter("mosaik.functions.retries")).toBe(2);
  });

  it("spreads the waits by the node's randomness, the same for the same seed", async () => {
    const waits = async (seed: number): Promise<number> => {
      const world = new MiddlewareWorld(seed);
      const failures = [failure("rejected")];
      const scripted = new ScriptedCall<string, string>(world, ({ reply, fail }) => {
        const error = failures.shift();
        return error === undefined ? reply("") : fail(error);
      });
      await world.sim.within(1000, retry(world.host)(scripted.call)(""));
      return scripted.made[1]!.atMs - scripted.made[0]!.atMs;
    };
    const [one, again, another] = [await waits(1), await waits(1), await waits(2)];
    expect(one).toBe(again);
    expect(one).not.toBe(another);
    for (const waitMs of [one, another]) expect(waitMs).toSatisfy((ms: number) => ms >= 50 && ms <= 151);
  });

  it("gives up after so many attempts, with the last failure and the attempts of all", async () => {
    const failures = [failure("transport"), failure("unavailable"), failure("rejected"), failure("timeout")];
    const { world, scripted, call } = flaky(failures);
    const error = await world.sim.within(
      1000,
      call("").catch((error: unknown) => error as FunctionError),
    );
    expect(error).toMatchObject({ code: "rejected" });
    expect((error as FunctionError).message).toContain("the last of 3 calls");
    expect((error as FunctionError).attempts).toHaveLength(3);
    expect(scripted.made).toHaveLength(3);
  });

  it.each(["application", "encode", "decode", "cancelled", "closed", "circuitOpen", "overloaded"] as const)(
    "does not make a call again that failed with '%s'",
    async (code) => {
      const first = failure(code);
      const { scripted, call } = flaky([first]);
      await expect(call("")).rejects.toBe(first);
      expect(scripted.made).toHaveLength(1);
    },
  );

  it("makes a call that may have run again only where it is idempotent", async () => {
    const ran = (): FunctionError => failure("transport", { mayHaveRun: true });
    await expect(flaky([ran()]).call("")).rejects.toMatchObject({ code: "transport", outcomeUnknown: true });
    for (const [options, callOptions] of [
      [{ idempotent: true }, {}],
      [{}, { idempotent: true }],
    ] as const) {
      const { world, scripted, call } = flaky([ran()], options);
      expect(await world.sim.within(1000, call("x", callOptions))).toBe("x");
      expect(scripted.made.map(({ options }) => options.idempotent)).toEqual([true, true]);
    }
    await expect(flaky([ran()], { idempotent: true }).call("", { idempotent: false })).rejects.toThrow("made-up");
  });

  it("says that a call may have run where an attempt before the last may have", async () => {
    const { world, call } = flaky([failure("transport", { mayHaveRun: true }), failure("application")], {
      idempotent: true,
    });
    await expect(world.sim.within(1000, call(""))).rejects.toMatchObject({ code: "application", outcomeUnknown: true });
  });

  it("keeps to the call's own time: attempts get what is left, and no wait goes beyond it", async () => {
    const { world, scripted, call } = flaky([failure("rejected"), failure("rejected"), failure("rejected")]);
    const startMs = world.nowMs;
    await expect(world.sim.within(1000, call("", { timeoutMs: 250 }))).rejects.toMatchObject({ code: "rejected" });
    expect(world.nowMs - startMs).toBe(100); // the next wait would be 200 ms
    expect(scripted.made.map(({ options }) => options.timeoutMs)).toEqual([250, 150]);
  });

  it("bounds each attempt, and the last by what is left", async () => {
    const world = new MiddlewareWorld();
    const silent = new ScriptedCall<string, string>(world);
    const call = retry(world.host, { attemptTimeoutMs: 200, attemptsMax: 9, backoff: { ...STEADY, factor: 1 } })(
      silent.call,
    );
    const outcome = world.sim.within(2000, call("", { timeoutMs: 700 }));
    await expect(outcome).rejects.toMatchObject({ code: "timeout" });
    expect(silent.made.map(({ options }) => options.timeoutMs)).toEqual([200, 200, 100]);
  });

  it("is given up while it waits", async () => {
    const { world, scripted, call } = flaky([failure("rejected")]);
    const controller = new AbortController();
    const outcome = outcomeOf(call("", { signal: controller.signal }));
    await world.sim.advance(50);
    const reason = new Error("enough");
    controller.abort(reason);
    await world.sim.until(() => outcome.code !== undefined);
    expect(outcome.error).toMatchObject({ code: "cancelled", cause: reason });
    await world.sim.advance(1000);
    expect(scripted.made).toHaveLength(1);
  });

  it("asks the program which failures are worth it, and survives its throwing", async () => {
    const mine = flaky([failure("decode")], { isRetryable: ({ code }) => code === "decode" });
    expect(await mine.world.sim.within(1000, mine.call("x"))).toBe("x");
    const thrown = new Error("in the predicate");
    const throwing = flaky([failure("rejected")], {
      isRetryable: () => {
        throw thrown;
      },
    });
    await expect(throwing.call("")).rejects.toMatchObject({ code: "rejected" });
    expect(throwing.world.reported).toEqual([thrown]);
  });

  it("refuses unusable options", () => {
    const { host } = new MiddlewareWorld();
    expect(() => retry(host, { attemptsMax: 0 })).toThrow("attemptsMax must be a whole number from 1, not 0");
    expect(() => retry(host, { attemptTimeoutMs: -1 })).toThrow("attemptTimeoutMs must be a positive number of ms");
  });
});
