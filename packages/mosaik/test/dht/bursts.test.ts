import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Bursts } from "../../src/dht/bursts.js";
import { Simulator } from "../../src/testing/index.js";

describe("bursts", () => {
  let sim: Simulator;
  let bursts: Bursts;
  let done: number[];

  beforeEach(() => {
    sim = new Simulator({ seed: "bursts" });
    bursts = new Bursts(sim.runtime("dht"));
    done = [];
  });

  afterEach(() => sim.close());

  const add = (from: number, to: number): void => {
    for (let i = from; i < to; i++) bursts.add(() => done.push(i));
  };

  it("let 32 through every 5 ms, in their order", async () => {
    add(0, 70);
    expect(done).toHaveLength(32);
    await sim.advance(4);
    add(70, 80);
    expect(done).toHaveLength(32);
    await sim.advance(1);
    expect(done).toHaveLength(64);
    await sim.advance(5);
    expect(done).toEqual(Array.from({ length: 80 }, (_, i) => i));
  });

  it("begin anew after a pause", async () => {
    add(0, 20);
    await sim.advance(5);
    add(20, 60);
    expect(done).toHaveLength(20 + 32);
  });

  it("let nothing through once they are closed", async () => {
    add(0, 40);
    bursts.close();
    await sim.advance(100);
    expect(done).toHaveLength(32);
  });
});
