import { describe, expect, it } from "vitest";
import {
  circuitBreaker,
  type CircuitBreakerOptions,
  type CircuitState,
} from "../../../src/functions/middleware/index.js";
import { failure, MiddlewareWorld, outcomeOf, ScriptedCall } from "./scripted.js";

function breaker(options: CircuitBreakerOptions = {}) {
  const world = new MiddlewareWorld();
  const scripted = new ScriptedCall<string, string>(world);
  const states: CircuitState[] = [];
  const around = circuitBreaker(world.host, {
    failuresMax: 2,
    openMs: 1000,
    onTransition: (state) => states.push(state),
    ...options,
  });
  const call = around(scripted.call);
  const make = () => {
    const outcome = outcomeOf(call(""));
    return { outcome, made: scripted.made.at(-1)! };
  };
  const fail = async (code: Parameters<typeof failure>[0] = "transport"): Promise<void> => {
    const { outcome, made } = make();
    made.fail(failure(code));
    await world.sim.until(() => outcome.code !== undefined);
  };
  const succeed = async (): Promise<void> => {
    const { outcome, made } = make();
    made.reply("fine");
    await world.sim.until(() => outcome.value !== undefined);
  };
  return { world, scripted, states, call, make, fail, succeed, around };
}

describe("circuitBreaker", () => {
  it("opens after so many failures in a row, makes no call while open, and closes after a success", async () => {
    const { world, scripted, states, call, fail, succeed } = breaker();
    await fail();
    await succeed();
    await fail();
    expect(states).toEqual([]);
    await fail();
    expect(states).toEqual(["open"]);
    await world.sim.advance(400);
    await expect(call("")).rejects.toMatchObject({
      code: "circuitOpen",
      message: "the calls before failed: none is made for another 600 ms",
    });
    expect(scripted.made).toHaveLength(4);
    await world.sim.advance(600);
    await succeed();
    expect(states).toEqual(["open", "halfOpen", "closed"]);
    await fail();
    expect(states).toHaveLength(3);
    expect(world.counter("mosaik.functions.circuit.opened")).toBe(1);
    expect(world.counter("mosaik.functions.circuit.refused")).toBe(1);
  });

  it("lets only so many through while half open, and opens again if one fails", async () => {
    const { world, states, call, make, fail } = breaker({ probesMax: 2, successesMin: 2 });
    await fail();
    await fail();
    await world.sim.advance(1000);
    const [one, two] = [make(), make()];
    await expect(call("")).rejects.toMatchObject({ code: "circuitOpen" });
    one.made.reply("");
    await world.sim.until(() => one.outcome.value !== undefined);
    expect(states.at(-1)).toBe("halfOpen");
    two.made.fail(failure("timeout"));
    await world.sim.until(() => two.outcome.code !== undefined);
    expect(states).toEqual(["open", "halfOpen", "open"]);
    await world.sim.advance(999);
    await expect(call("")).rejects.toMatchObject({ code: "circuitOpen" });
  });

  it("takes nothing from calls of an earlier state", async () => {
    const { world, states, make, fail } = breaker();
    const slow = make();
    const slower = make();
    await fail();
    await fail();
    await world.sim.advance(1000);
    const probe = make();
    slow.made.reply("late");
    slower.made.fail(failure("transport"));
    await world.sim.until(() => slower.outcome.code !== undefined);
    expect(states).toEqual(["open", "halfOpen"]);
    probe.made.reply("");
    await world.sim.until(() => probe.outcome.value !== undefined);
    expect(states).toEqual(["open", "halfOpen", "closed"]);
  });

  it("takes an application error for an answer, and what says nothing of the handlers for nothing", async () => {
    const { states, fail } = breaker();
    await fail();
    await fail("application");
    await fail();
    for (const code of ["cancelled", "closed", "encode", "overloaded"] as const) await fail(code);
    expect(states).toEqual([]);
    await fail("unavailable");
    expect(states).toEqual(["open"]);
  });

  it("frees the place of a probe that its caller gave up", async () => {
    const { world, states, fail, succeed } = breaker();
    await fail();
    await fail();
    await world.sim.advance(1000);
    await fail("cancelled");
    expect(states).toEqual(["open", "halfOpen"]);
    await succeed();
    expect(states).toEqual(["open", "halfOpen", "closed"]);
  });

  it("asks the program what a failure is, and survives callbacks that throw", async () => {
    const { states, fail } = breaker({ isFailure: ({ code }) => code === "application" });
    await fail("transport");
    await fail("transport");
    expect(states).toEqual([]);
    await fail("application");
    await fail("application");
    expect(states).toEqual(["open"]);
    const thrower = (): never => {
      throw new Error("mine");
    };
    const throwing = breaker({ isFailure: thrower, onTransition: thrower, failuresMax: 1 });
    await throwing.fail();
    expect(throwing.world.reported).toHaveLength(1);
    const transitions = breaker({ onTransition: thrower, failuresMax: 1 });
    await transitions.fail();
    expect(transitions.world.reported).toHaveLength(1);
    await expect(transitions.call("")).rejects.toMatchObject({ code: "circuitOpen" });
  });

  it("has a circuit for each call that it is put around", async () => {
    const { world, around, fail, call } = breaker({ failuresMax: 1 });
    await fail();
    await expect(call("")).rejects.toMatchObject({ code: "circuitOpen" });
    const other = new ScriptedCall<string, string>(world, ({ reply }) => reply("fine"));
    expect(await around(other.call)("")).toBe("fine");
  });

  it("refuses unusable options", () => {
    const { host } = new MiddlewareWorld();
    for (const option of ["failuresMax", "openMs", "probesMax", "successesMin"]) {
      expect(() => circuitBreaker(host, { [option]: 0 })).toThrow(option);
    }
  });
});
