import { t } from "@mosaik/postcard";
import { beforeEach, describe, expect, it } from "vitest";
import { MachineHost } from "../../../src/groups/apply.js";
import { GroupError } from "../../../src/groups/errors.js";
import type { ApplyContext, StateMachine } from "../../../src/groups/machine/machine.js";
import { ORIGIN } from "../../../src/groups/positions.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import { Digest } from "../../../src/primitives/index.js";
import { Counter, decrement, increment } from "../counter.js";

const groupId = Digest.from("a group");
const networkId = Digest.from("a network");

/** A counter that remembers what it was given, and throws if it is told to. */
class WatchedCounter extends Counter {
  readonly batches: { context: ApplyContext; count: number }[] = [];
  onApply: () => unknown = () => undefined;
  onAnswer: () => void = () => {};

  override apply(commands: Parameters<Counter["apply"]>[0], context?: ApplyContext): void {
    this.batches.push({ context: context!, count: commands.length });
    super.apply(commands);
    return this.onApply() as undefined;
  }

  override answer(): bigint {
    this.onAnswer();
    return super.answer();
  }
}

describe("MachineHost", () => {
  let machine: WatchedCounter;
  let log: MemoryLog;
  let host: MachineHost;
  let failures: [index: number, error: unknown][];
  let reports: string[];

  const open = (of: StateMachine): MachineHost =>
    new MachineHost({
      machine: of,
      log,
      groupId,
      networkId,
      report: (_, where) => reports.push(where),
      onFailed: (index, error) => failures.push([index, error]),
    });
  const append = (term: number, ...values: number[]): void => {
    log.append(values.map((value) => ({ term, command: machine.command.encode(increment(value)) })));
  };

  beforeEach(() => {
    machine = new WatchedCounter();
    log = new MemoryLog();
    failures = [];
    reports = [];
    host = open(machine);
  });

  it("applies consecutive commands of one term together, in the order of the log", () => {
    append(1, 1, 2);
    append(3, 4, 8, 16);
    append(4, 32);
    host.applyUpTo(5);
    expect(machine.batches).toEqual([
      { count: 2, context: { committed: ORIGIN, term: 1, groupId, networkId } },
      { count: 3, context: { committed: { term: 1, index: 2 }, term: 3, groupId, networkId } },
    ]);
    expect(machine.value).toBe(31n);
    expect(host.committed).toEqual({ term: 3, index: 5 });
    host.applyUpTo(5);
    host.applyUpTo(2);
    expect(machine.batches).toHaveLength(2);
    host.applyUpTo(99);
    expect(host.committed).toEqual({ term: 4, index: 6 });
    expect(machine.value).toBe(63n);
  });

  it("gives a machine so many commands at once and no more", () => {
    append(1, ...Array.from({ length: 2500 }, () => 1));
    host.applyUpTo(2500);
    expect(machine.batches.map(({ count }) => count)).toEqual([1024, 1024, 452]);
    expect(machine.batches.map(({ context }) => context.committed.index)).toEqual([0, 1024, 2048]);
    expect(machine.value).toBe(2500n);
  });

  it("wraps as Rust's i64 does", () => {
    log.append([{ term: 1, command: machine.command.encode(decrement(2)) }]);
    machine.value = -(1n << 63n);
    host.applyUpTo(1);
    expect(machine.value).toBe((1n << 63n) - 2n);
  });

  it("answers members in bytes, and this node with the machine's own value", () => {
    append(1, 7);
    host.applyUpTo(1);
    expect(host.answer(new Uint8Array(0))).toEqual(new Uint8Array([0x0e]));
    expect(host.query(undefined)).toBe(7n);
  });

  it("a machine that throws is given no more, and the error is told once", () => {
    append(1, 1);
    append(2, 2);
    append(3, 3);
    host.applyUpTo(1);
    machine.onApply = () => {
      throw new Error("out of order");
    };
    host.applyUpTo(3);
    host.applyUpTo(3);
    expect(failures).toEqual([[2, new Error("out of order")]]);
    expect(reports).toEqual([`the machine of group ${groupId.short()}, from command 2 on`]);
    expect(host.isFailed).toBe(true);
    expect(host.committed).toEqual({ term: 1, index: 1 });
    expect(machine.batches).toHaveLength(2);
    expect(host.answer(new Uint8Array(0))).toBeUndefined();
    expect(() => host.query(undefined)).toThrow(expect.objectContaining({ code: "machineFailed" }) as Error);
    expect(host.reset()).toBe(false);
  });

  it("a command that does not decode fails the machine at the same place everywhere: those before it are applied", () => {
    append(1, 1, 2);
    log.append([{ term: 1, command: new Uint8Array([9]) }]);
    append(1, 4);
    host.applyUpTo(4);
    expect(host.committed).toEqual({ term: 1, index: 2 });
    expect(machine.value).toBe(3n);
    expect(failures).toEqual([[3, expect.any(GroupError)]]);
    expect(failures[0]![1]).toMatchObject({ code: "decoding" });
  });

  it("a machine that throws at a query fails that query, and goes on", () => {
    append(1, 1);
    machine.onAnswer = () => {
      throw new Error("no such thing");
    };
    expect(host.answer(new Uint8Array(0))).toBeUndefined();
    expect(reports).toEqual(["answering a member's query"]);
    expect(() => host.query("it")).toThrow(expect.objectContaining({ code: "queryFailed", query: "it" }) as Error);
    expect(failures).toEqual([]);
    host.applyUpTo(1);
    expect(host.committed.index).toBe(1);
  });

  it("a member's query that does not decode has no answer, and is nothing to report", () => {
    host = open(Object.assign(new Counter(), { query: t.u32 }));
    expect(host.answer(new Uint8Array(0))).toBeUndefined();
    expect(reports).toEqual([]);
  });

  it("an answer that does not encode is not sent", () => {
    host = open(Object.assign(new Counter(), { answer: () => 1n << 70n }));
    expect(host.answer(new Uint8Array(0))).toBeUndefined();
    expect(reports).toEqual(["answering a member's query"]);
  });

  it("a machine that returns a promise fails: what it does later is in no order", async () => {
    append(1, 1);
    machine.onApply = () => Promise.reject(new Error("later"));
    host.applyUpTo(1);
    expect(failures).toEqual([[1, expect.any(TypeError)]]);
    // The rejection is taken care of: an unhandled one would fail the suite.
    await new Promise((resolve) => setImmediate(resolve));
    expect(reports).toContain("a group's machine");
  });

  it("a log that lacks what is to be applied fails the machine", () => {
    append(1, 1, 2, 3);
    log.prunePrefix(2);
    host.applyUpTo(3);
    expect(failures).toEqual([[1, expect.any(Error)]]);
  });

  it("begins anew, or behind a snapshot", () => {
    append(1, 1, 2);
    host.applyUpTo(2);
    expect(host.reset()).toBe(true);
    expect(host.committed).toEqual(ORIGIN);
    expect(machine.value).toBe(0n);
    host.applyUpTo(1);
    expect(machine.value).toBe(1n);

    log.resetTo({ term: 5, index: 100 });
    host.installed({ term: 5, index: 100 });
    append(6, 8);
    host.applyUpTo(101);
    expect(machine.value).toBe(9n);
    expect(host.committed).toEqual({ term: 6, index: 101 });
  });

  it("tells whether the machine can begin anew", () => {
    host = open(Object.assign(new Counter(), { reset: undefined }));
    expect(host.reset()).toBe(false);
    expect(host.isFailed).toBe(false);
    const broken = {
      reset: (): void => {
        throw new Error("never");
      },
    };
    host = open(Object.assign(new Counter(), broken));
    expect(host.reset()).toBe(false);
    expect(failures).toEqual([[1, new Error("never")]]);
  });
});
