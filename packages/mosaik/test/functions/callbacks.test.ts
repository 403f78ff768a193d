import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { func } from "../../src/functions/index.js";
import { Network } from "../../src/node/index.js";
import { Simulator } from "../../src/testing/index.js";
import { validatorOf } from "../tickets/validators.js";
import { Closure, Data1, Data2 } from "./functions.js";

/** Two nodes that know each other, in a world that keeps what callbacks threw. */
async function pair(seed: string): Promise<{ sim: Simulator; n0: Network; n1: Network }> {
  const sim = new Simulator({ seed });
  const [n0, n1] = await Promise.all(
    ["n0", "n1"].map((name) => sim.within(5000, Network.join("test", { runtime: sim.runtime(name), relay: "none" }))),
  );
  return { sim, n0: n0!, n1: n1! };
}

const boom = (): never => {
  throw new Error("boom");
};

describe("what callbacks of functions throw is reported, and harms nobody", () => {
  const cases: [what: string, serve: (n: Network) => void, code: number | undefined][] = [
    ["a function that throws", (n) => void Closure.handle(n, boom), 11_500],
    ["a function that rejects", (n) => void Closure.handle(n, () => Promise.reject(new Error("boom"))), 11_500],
    [
      "a function whose answer has a throwing then",
      (n) =>
        void Closure.handle(n, () => ({
          get then() {
            return boom();
          },
        })),
      11_500,
    ],
    ["an answer that does not encode", (n) => void Closure.handle(n, () => 5 as never), 11_500],
    ["a predicate on callers", (n) => void Closure.handle(n, (request) => request, { requireCaller: boom }), 11_403],
  ];
  for (const [what, serve, code] of cases) {
    it(what, async () => {
      const { sim, n0, n1 } = await pair(what);
      serve(n0);
      const Other = func("other", { request: Data1, response: Data2 });
      Other.handle(n0, (request) => request);
      await sim.within(5000, n1.discovery.syncWith(n0.local.address()));
      const failure = sim.within(10_000, Closure.caller(n1)("any", { timeoutMs: 1000 }));
      await expect(failure).rejects.toMatchObject({ code: "rejected", closeCode: code });
      expect(sim.reports.length).toBeGreaterThan(0);
      expect(sim.reports.every(({ node }) => node === "n0")).toBe(true);
      expect(await sim.within(5000, Other.caller(n1)("serves on"))).toBe("serves on");
      await sim.within(5000, Promise.all([n0.close(), n1.close()]));
    });
  }

  it("a ticket validator, on either side", async () => {
    const { sim, n0, n1 } = await pair("validator");
    const validator = validatorOf("throws", boom);
    for (const node of [n0, n1]) node.discovery.addTicket({ class: validator.class, data: new Uint8Array(1) });
    const options = { requireCallerTicket: validator };
    Closure.handle(n0, (request) => request, options);
    await sim.within(5000, n1.discovery.syncWith(n0.local.address()));
    const refused = sim.within(10_000, Closure.caller(n1, options)("any", { timeoutMs: 1000 }));
    await expect(refused).rejects.toMatchObject({ code: "rejected", closeCode: 11_403 });
    const handlerSide = { requireHandlerTicket: validator };
    const Other = func("other", { request: Data1, response: Data2 });
    Other.handle(n0, (request) => request, handlerSide);
    await sim.within(5000, n1.discovery.syncWith(n0.local.address()));
    const none = sim.within(10_000, Other.caller(n1, handlerSide)("any", { timeoutMs: 1000 }));
    await expect(none).rejects.toMatchObject({ code: "unavailable" });
    expect(new Set(sim.reports.map(({ node }) => node))).toEqual(new Set(["n0", "n1"]));
    await sim.within(5000, Promise.all([n0.close(), n1.close()]));
  });

  it("a predicate on handlers, and those of conditions", async () => {
    const { sim, n0, n1 } = await pair("handlers");
    Closure.handle(n0, (request) => request);
    await sim.within(5000, n1.discovery.syncWith(n0.local.address()));
    const none = sim.within(10_000, Closure.caller(n1, { requireHandler: boom })("any", { timeoutMs: 1000 }));
    await expect(none).rejects.toMatchObject({ code: "unavailable" });
    const caller = Closure.caller(n1, { onlineWhen: (handlers) => handlers.withPredicate(boom) });
    expect(caller.isOnline).toBe(false);
    expect(await sim.within(5000, caller("offline callers call too"))).toBe("offline callers call too");
    expect(sim.reports.length).toBeGreaterThan(1);
    await sim.within(5000, Promise.all([n0.close(), n1.close()]));
  });

  it("codecs that throw something of their own", async () => {
    const { sim, n0, n1 } = await pair("codecs");
    const throwing = t.custom<string>({
      rustName: "x",
      encode: (text) => new TextEncoder().encode(text),
      decode: boom,
    });
    const Bad = func("bad request", { request: throwing, response: Data2 });
    Bad.handle(n0, (request) => request);
    const BadAnswer = func("bad answer", { request: Data1, response: throwing });
    BadAnswer.handle(n0, (request) => request);
    await sim.within(5000, n1.discovery.syncWith(n0.local.address()));
    await expect(sim.within(5000, Bad.caller(n1)("any"))).rejects.toMatchObject({ code: "rejected", closeCode: 400 });
    await expect(sim.within(5000, BadAnswer.caller(n1)("any"))).rejects.toMatchObject({ code: "decode" });
    await sim.within(5000, Promise.all([n0.close(), n1.close()]));
  });
});
