import { describe, expect, it } from "vitest";
import type { PairAccount } from "../src/account/pair.js";
import type { NodeSummary } from "../src/account/summary.js";
import { violationsOf } from "../src/account/verdict.js";

function node(name: string, changes: Partial<NodeSummary> = {}): NodeSummary {
  return {
    name,
    role: "sensor",
    language: "TypeScript",
    peer: name,
    pid: 1,
    joinedMs: 0,
    endedMs: 10_000,
    ending: "in order",
    exitCode: 0,
    signal: null,
    stderr: "",
    ...changes,
  };
}

/** The violations of a sound run of one sensor and one viewer, with these changes. */
function violations(changes: { sensor?: Partial<NodeSummary>; pair?: Partial<PairAccount>; discovered?: string[] }) {
  const sound = {
    sensor: "s",
    viewer: "v",
    produced: 200,
    received: 200,
    lost: {},
    duplicates: 0,
    outOfOrder: 0,
    unknown: 0,
  };
  const discovered = changes.discovered ?? ["s"];
  return violationsOf({
    seed: 1,
    seconds: 10,
    rateHz: 20,
    playedMs: 10_000,
    isInterrupted: false,
    nodes: [node("s", changes.sensor), node("v", { role: "viewer" })],
    viewers: [{ viewer: "v", discovered, others: 1, firstItemMs: 1, firstItemFrom: "s" }],
    pairs: [{ ...sound, ...changes.pair }],
  });
}

describe("the verdict on a run", () => {
  it("is silent about a sound one", () => {
    expect(violations({})).toEqual([]);
  });

  it.each<[string, Partial<PairAccount>]>([
    ["200 produced, but 199 received or lost", { received: 199 }],
    ["1 received that were never produced", { unknown: 1 }],
    ["2 received twice", { duplicates: 2 }],
    ["3 received out of order", { outOfOrder: 3 }],
    ["4 lost in a gap", { received: 196, lost: { gap: 4 } }],
    ["5 lost at the end", { received: 195, lost: { "in flight at the end": 5 } }],
    ["never subscribed", { received: 0, lost: { "never subscribed": 200 } }],
    ["40 cannot all have been in flight", { received: 160, lost: { "in flight when the sensor was killed": 40 } }],
  ])("says %s", (sentence, pair) => {
    expect(violations({ pair })).toEqual([expect.stringContaining(`s to v: ${sentence}`)]);
  });

  it("accepts losses that have a good reason", () => {
    const lost = { "before subscription": 9, "in flight when the sensor was killed": 1 };
    const sensor = { ending: "killed", exitCode: null, signal: "SIGKILL" } as const;
    expect(violations({ sensor, pair: { received: 190, lost } })).toEqual([]);
  });

  it("asks of nodes to meet only if they were there together", () => {
    const pair = { received: 0, lost: { "never subscribed": 200 } } as const;
    expect(violations({ discovered: [], pair, sensor: { endedMs: 1000 } })).toEqual([]);
    expect(violations({ discovered: [] })).toEqual(["v never discovered s"]);
  });

  it("tells of processes that ended by themselves, with their words", () => {
    const failed = { ending: "failed", exitCode: 1, stderr: "no such file\n" } as const;
    expect(violations({ sensor: failed })).toEqual(["s ended by itself with code 1; its stderr: no such file"]);
    expect(violations({ sensor: { ending: "in order", exitCode: 3 } })).toEqual(["s ended with code 3"]);
    expect(violations({ sensor: { ending: "never joined", joinedMs: undefined } })).toEqual([
      "s never joined the network",
    ]);
  });
});
