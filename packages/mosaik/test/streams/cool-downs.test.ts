import { describe, expect, it } from "vitest";
import { PeerId } from "../../src/primitives/index.js";
import { CoolDowns } from "../../src/streams/cool-downs.js";

const peer = (number: number): PeerId => PeerId.from(number.toString(16).padStart(64, "0"));
const policy = { initialMs: 100, factor: 2, maxMs: 300, jitter: 0 };
const MINUTE_MS = 60_000;

describe("cool-downs", () => {
  const sendOff = (coolDowns: CoolDowns, nowMs: number, subject?: unknown): void =>
    coolDowns.add(peer(1), subject, nowMs, 0.5);

  it("last longer each time, and begin anew for a peer that kept away", () => {
    const coolDowns = new CoolDowns(policy);
    const lastsMs = (fromMs: number): number => {
      sendOff(coolDowns, fromMs);
      let ms = 0;
      while (coolDowns.endMs(peer(1), undefined, fromMs + ms) !== undefined) ms++;
      return ms;
    };
    expect([lastsMs(0), lastsMs(1000), lastsMs(2000), lastsMs(3000)]).toEqual([100, 200, 300, 300]);
    expect(lastsMs(10 * MINUTE_MS)).toBe(100);
    expect(coolDowns.endMs(peer(2), undefined, 0)).toBeUndefined();
    coolDowns.forget(peer(1));
    expect(lastsMs(10 * MINUTE_MS)).toBe(100);
  });

  it("end with a new subject", () => {
    const coolDowns = new CoolDowns(policy);
    const [before, after] = [{}, {}];
    sendOff(coolDowns, 0, before);
    expect(coolDowns.endMs(peer(1), before, 10)).toBe(100);
    expect(coolDowns.endMs(peer(1), after, 10)).toBeUndefined();
  });

  it("are remembered of 1024 peers", () => {
    const coolDowns = new CoolDowns(policy);
    for (let i = 0; i < 1025; i++) coolDowns.add(peer(i), undefined, 0, 0.5);
    const isCooling = (number: number): boolean => coolDowns.endMs(peer(number), undefined, 0) !== undefined;
    expect([isCooling(0), isCooling(1), isCooling(1024)]).toEqual([false, true, true]);
    coolDowns.retain((kept) => kept === peer(1));
    expect([isCooling(1), isCooling(1024)]).toEqual([true, false]);
  });
});
