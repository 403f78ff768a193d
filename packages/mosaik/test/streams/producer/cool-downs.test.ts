import { describe, expect, it } from "vitest";
import { CLOSE } from "../../../src/network/index.js";
import { PeerId } from "../../../src/primitives/index.js";
import { CoolDowns } from "../../../src/streams/cool-downs.js";

const peer = (number: number): PeerId => PeerId.from(number.toString(16).padStart(64, "0"));
const policy = { initialMs: 100, factor: 2, maxMs: 300, jitter: 0 };
const MINUTE_MS = 60_000;

describe("cool-downs", () => {
  const refuse = (coolDowns: CoolDowns, nowMs: number, subject?: unknown): void =>
    coolDowns.add(peer(1), CLOSE.streamNotAllowed, subject, nowMs, 0.5);

  it("last longer each time, and begin anew for a peer that kept away", () => {
    const coolDowns = new CoolDowns(policy);
    const lastsMs = (fromMs: number): number => {
      refuse(coolDowns, fromMs);
      let ms = 0;
      while (coolDowns.refusal(peer(1), undefined, fromMs + ms) === CLOSE.streamNotAllowed) ms++;
      return ms;
    };
    expect([lastsMs(0), lastsMs(1000), lastsMs(2000), lastsMs(3000)]).toEqual([100, 200, 300, 300]);
    expect(lastsMs(10 * MINUTE_MS)).toBe(100);
    expect(coolDowns.refusal(peer(2), undefined, 0)).toBeUndefined();
  });

  it("end with a new subject", () => {
    const coolDowns = new CoolDowns(policy);
    const [before, after] = [{}, {}];
    refuse(coolDowns, 0, before);
    expect(coolDowns.refusal(peer(1), before, 10)).toBe(CLOSE.streamNotAllowed);
    expect(coolDowns.refusal(peer(1), after, 10)).toBeUndefined();
  });

  it("are remembered of 1024 peers", () => {
    const coolDowns = new CoolDowns(policy);
    for (let i = 0; i < 1025; i++) coolDowns.add(peer(i), CLOSE.streamTooSlow, undefined, 0, 0.5);
    const isRefused = (number: number): boolean => coolDowns.refusal(peer(number), undefined, 0) !== undefined;
    expect([isRefused(0), isRefused(1), isRefused(1024)]).toEqual([false, true, true]);
  });
});
