import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Simulator } from "../../../src/testing/index.js";
import { acquainted, areBonded, numbered, type BondNode } from "./bond-nodes.js";

let sim: Simulator;
beforeEach(() => {
  sim = new Simulator({ seed: expect.getState().currentTestName ?? "" });
});
afterEach(async () => {
  await sim.close();
  expect(sim.reports).toEqual([]);
});

describe("two members", () => {
  let one: BondNode;
  let other: BondNode;
  beforeEach(async () => {
    [one, other] = (await acquainted(sim, "one", "other")) as [BondNode, BondNode];
  });

  it("bond, and tell each other what they have to say", async () => {
    one.join();
    other.join();
    await sim.until(() => areBonded(one, other), { withinMs: 1000, what: "a bond" });
    for (let i = 0; i < 100; i++) expect(one.bonds!.send(other.id, numbered(i))).toBe(true);
    other.bonds!.broadcast(numbered(7));
    await sim.until(() => other.numbers.length === 100 && one.numbers.length === 1, { what: "the messages" });
    expect(other.numbers).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(one.toldOf("bonded")).toEqual([{ kind: "bonded", peer: other.id }]);
    expect(one.toldOf("mesh")).toEqual([{ kind: "mesh", isComplete: true }]);
    const [info] = one.bonds!.infos();
    expect(info!.messagesSent).toBeGreaterThanOrEqual(100);
    expect(info!.rttMs).toBeGreaterThan(0);
    await sim.advance(20_000);
    expect(areBonded(one, other)).toBe(true);
    expect(one.toldOf("unbonded")).toEqual([]);
  });
});
