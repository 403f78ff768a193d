import { describe, expect, it } from "vitest";
import { consensusConfig } from "../../../src/groups/config.js";
import { groupId } from "../../../src/groups/group-id.js";
import { GroupKey } from "../../../src/groups/key.js";
import { NoOp } from "../../../src/groups/machine/no-op.js";
import { normal, observer, reluctant } from "../../../src/groups/machine/preference.js";
import { logReplaySync } from "../../../src/groups/sync/log-replay/index.js";
import { Counter } from "../counter.js";

describe("identities (spec 05 §2.7)", () => {
  it("NoOp is Rust's", () => {
    expect(new NoOp().signature.hex).toBe("8149f518646f75ad984e3d0256bff30e9256ec4659057f2bfe8f57282bb0cf61");
    expect(new NoOp().sync.signature.hex).toBe("eaaef1b2c7c7717fda72accddba9b23ba259f2b149ceb20e365253e58f667d64");
  });

  it.each([
    [{ typeName: "demo::Counter" }, "d2ae31fc9d6abc97ebc2ea1d869535968c241c06c79ff295c64f1516dbd768a5"],
    [
      { typeName: "demo::Counter", batchSize: 2000, fetchTimeoutMs: 25_999 },
      "d2ae31fc9d6abc97ebc2ea1d869535968c241c06c79ff295c64f1516dbd768a5",
    ],
    [
      { typeName: "all::groups::Counter", batchSize: 1000 },
      "47507947d5e9a5455ef413686aeb54ffd72a0e22bbf78163eef2d05d894a7814",
    ],
  ])("log replay of %j", (options, hex) => {
    expect(logReplaySync(options).signature.hex).toBe(hex);
  });

  it("groups of the counter of Rust's tests", () => {
    const inputs = { key: GroupKey.fromSecret("group1secret"), consensus: consensusConfig(), tickets: [] };
    expect(groupId({ ...inputs, machine: new Counter() }).hex).toBe(
      "64a41b8679726a3ce5f18a88f82b9c051fac5b5ea0c73067a43d61eaba36aef3",
    );
    expect(groupId({ ...inputs, machine: new NoOp() }).hex).toBe(
      "691fd68d4d081ad30ad716104aeb47f973b86c71223ca21569a8884ce4bb6d43",
    );
  });

  it.each([
    { typeName: "" },
    { typeName: "m", batchSize: 0 },
    { typeName: "m", batchSize: 1.5 },
    { typeName: "m", fetchTimeoutMs: 0 },
    { typeName: "m", fetchTimeoutMs: Infinity },
  ])("log replay refuses %j", (options) => {
    expect(() => logReplaySync(options)).toThrow(expect.objectContaining({ code: "invalidOption" }) as Error);
  });
});

describe("leadership preferences", () => {
  it("are what the machine says", () => {
    expect(new NoOp().preference).toBe(normal);
    expect(new NoOp(observer).preference).toEqual({ kind: "observer" });
    expect(reluctant()).toEqual({ kind: "reluctant", factor: 3 });
    expect(reluctant(1)).toEqual({ kind: "reluctant", factor: 1 });
    for (const factor of [0, -1, 1.5, NaN, 2 ** 32]) expect(() => reluctant(factor)).toThrow(/whole number/);
  });
});
