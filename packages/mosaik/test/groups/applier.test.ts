import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Applier } from "../../src/groups/applier.js";
import { MachineHost } from "../../src/groups/apply.js";
import { MemoryLog, type StateMachine } from "../../src/groups/index.js";
import { Digest } from "../../src/primitives/index.js";
import { Slices } from "../../src/runtime/index.js";
import { PacedRuntime } from "../runtime/paced-runtime.js";
import { Counter } from "./counter.js";

const id = Digest.from("test");

/** A member whose machine takes so long for each command, with so many commands in its log. */
function setUp(commandMs: number, count: number) {
  const runtime = new PacedRuntime();
  const log = new MemoryLog();
  log.append(Array.from({ length: count }, () => ({ term: 1, command: new Uint8Array([0]) })));
  const applied: number[] = [];
  const machine: StateMachine<number> = {
    ...new Counter(),
    command: t.u8,
    apply: (commands) => runtime.spend(commandMs * commands.length),
    answer: () => 0,
  };
  const report = (error: unknown): void => void runtime.reports.push(error);
  const host = new MachineHost({
    machine: machine,
    log,
    groupId: id,
    networkId: id,
    report,
    onFailed: report,
  });
  const applier = new Applier({
    machine: host,
    slices: Slices.of(runtime),
    nowMs: () => runtime.monoMs(),
    resume: (rest) => rest(),
    onApplied: () => applied.push(host.committed.index),
  });
  const untilApplied = (): Promise<void> => new Promise((resolve) => applier.whenApplied(resolve));
  return { runtime, host, applier, applied, untilApplied };
}

describe("Applier", () => {
  it.each([0.001, 0.02, 0.5])("holds no turn up for long, with commands of %s ms", async (commandMs) => {
    const { runtime, host, applier, applied, untilApplied } = setUp(commandMs, 100 / commandMs);
    applier.applyUpTo(100 / commandMs);
    await runtime.run(untilApplied());
    expect(host.committed.index).toBe(100 / commandMs);
    expect(runtime.longestTurnMs).toBeLessThan(5);
    expect(applied.length).toBeGreaterThan(20);
    expect(applied).toEqual([...applied].sort((a, b) => a - b));
    expect(runtime.reports).toEqual([]);
  });

  it("applies a little at once", () => {
    const { host, applier } = setUp(0.001, 100);
    applier.applyUpTo(10);
    expect(host.committed.index).toBe(10);
    applier.applyUpTo(4);
    expect(host.committed.index).toBe(10);
  });

  it("answers what was asked meanwhile when what was committed then is applied, and not before", async () => {
    const { runtime, host, applier } = setUp(0.1, 1000);
    const seen: number[] = [];
    applier.applyUpTo(500);
    expect(host.committed.index).toBeLessThan(500);
    const first = new Promise<void>((resolve) =>
      applier.whenApplied(() => {
        seen.push(host.committed.index);
        resolve();
      }),
    );
    expect(applier.waitingCount).toBe(1);
    applier.applyUpTo(1000);
    await runtime.run(first);
    expect(seen[0]).toBeGreaterThanOrEqual(500);
    expect(seen[0]).toBeLessThan(600);
    applier.reset(0);
    expect(applier.waitingCount).toBe(0);
  });
});
