import { describe, expect, it } from "vitest";
import { Simulator } from "../../src/testing/index.js";
import { bind, connect, openStream } from "./nodes.js";

describe("the runtime of a simulated node", () => {
  it("has clocks that move only in virtual time, and a wall clock that is skewed", async () => {
    const sim = new Simulator({ seed: 1, epochMs: 1_000_000 });
    const [exact, ahead] = [sim.runtime("exact"), sim.runtime("ahead", { skewMs: 2_500 })];
    const monoMs = exact.monoMs();
    await sim.advance(1_500);
    expect(exact.wallMs()).toBe(1_001_500);
    expect(ahead.wallMs()).toBe(1_004_000);
    expect(exact.monoMs() - monoMs).toBeCloseTo(1_500);
    expect(exact.monoMs()).not.toBe(ahead.monoMs());
    sim.faults.setClockSkew("ahead", -500);
    expect(ahead.wallMs()).toBe(1_001_000);
  });

  it("runs timers in order and not after they were cancelled", async () => {
    const sim = new Simulator({ seed: 1 });
    const runtime = sim.runtime("node");
    const log: string[] = [];
    runtime.after(20, () => log.push("20"));
    runtime.after(10, () => log.push("10"));
    const cancel = runtime.after(15, () => log.push("15"));
    runtime.soon(() => log.push("soon"));
    runtime.soon(() => log.push("soon too"));
    cancel();
    cancel();
    await sim.advance(30);
    expect(log).toEqual(["soon", "soon too", "10", "20"]);
  });

  it("verifies many signatures in virtual time, beside what else there is to do", async () => {
    const sim = new Simulator({ seed: 1 });
    const runtime = sim.runtime("node");
    const secretKey = runtime.random.bytes(32);
    const publicKey = runtime.publicKey(secretKey);
    const items = Array.from({ length: 100 }, (_, i) => {
      const message = new Uint8Array([i]);
      return { publicKey, message, signature: runtime.sign(secretKey, i % 3 === 0 ? publicKey : message) };
    });
    const log: string[] = [];
    runtime.after(5, () => log.push("timer"));
    const beganMs = sim.nowMs;
    const verdicts = sim.within(1_000, runtime.verifyBatch(items)).finally(() => log.push("verdicts"));
    expect(await verdicts).toEqual(items.map((_, i) => i % 3 !== 0));
    expect(sim.nowMs - beganMs).toBeGreaterThanOrEqual(10);
    expect(log).toEqual(["timer", "verdicts"]);
    await sim.close();
  });

  it("draws randomness of its own, the same for the same seed", () => {
    const draw = (seed: number, name: string): number => new Simulator({ seed }).runtime(name).random.u32();
    expect(draw(1, "a")).toBe(draw(1, "a"));
    expect(draw(1, "a")).not.toBe(draw(1, "b"));
    expect(draw(1, "a")).not.toBe(draw(2, "a"));
  });

  it("puts late timers once behind the input that arrived during a pause", async () => {
    const sim = new Simulator({ seed: 4 });
    const [reader, writer] = [sim.runtime("reader"), sim.runtime("writer")];
    const [at, from] = await sim.within(1_000, Promise.all([bind(reader), bind(writer)]));
    const [near, far] = await sim.within(1_000, connect(from, at));
    const { send, recv } = await sim.within(1_000, openStream(near, far));
    const log: string[] = [];
    recv.start(
      () => {
        log.push("input");
        void Promise.resolve().then(() => log.push("its reaction"));
      },
      () => {},
      1_000,
    );
    await sim.until(() => log.length === 2);
    log.length = 0;
    reader.after(500, () => log.push("timer"));
    reader.after(3_000, () => log.push("timely timer"));
    sim.faults.pause("reader");
    writer.after(1_000, () => send.tryWrite(Uint8Array.of(1)));
    await sim.advance(2_500);
    expect(log).toEqual([]);
    sim.faults.resume("reader");
    await sim.advance(1_000);
    expect(log).toEqual(["input", "its reaction", "timer", "timely timer"]);
  });

  it("never runs what a crashed incarnation had planned, and restarts as another", async () => {
    const sim = new Simulator({ seed: 5 });
    const first = sim.runtime("node", { skewMs: 7 });
    const log: string[] = [];
    first.after(100, () => log.push("first"));
    sim.faults.crash("node");
    const second = sim.runtime("node");
    expect(second).not.toBe(first);
    first.after(100, () => log.push("a ghost"));
    await expect(bind(first)).rejects.toMatchObject({ code: "bind" });
    second.after(100, () => log.push("second"));
    await sim.advance(200);
    expect(log).toEqual(["second"]);
    expect(sim.runtime("node")).toBe(second);
    expect(second.wallMs()).toBe(first.wallMs());
  });

  it("keeps what user callbacks threw", () => {
    const sim = new Simulator({ seed: 1 });
    const error = new Error("theirs");
    sim.runtime("node").report(error, "a predicate");
    expect(sim.reports).toEqual([{ node: "node", error, where: "a predicate" }]);
  });
});
