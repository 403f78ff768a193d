import { describe, expect, it } from "vitest";
import { MemoryLog } from "../../src/groups/index.js";
import { Proposals } from "../../src/groups/proposals.js";
import { PositionWhen } from "../../src/groups/when.js";
import { ChangeSource, PeerId } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";

const runtime = new Simulator({ seed: 1 }).runtime("n0");
const command = (byte: number): Uint8Array => new Uint8Array([byte]);

function proposed(...bytes: number[]): { commands: readonly number[]; encoded: readonly Uint8Array[] } {
  return { commands: bytes, encoded: bytes.map(command) };
}

/** Far beyond 32 bits. */
const FAR = 2 ** 52;

describe("proposals", () => {
  it("are told of their own commands only, at places beyond 32 bits as well", async () => {
    const log = new MemoryLog();
    log.resetTo({ term: 2 ** 40, index: FAR });
    const proposals = new Proposals(runtime, log);
    const mine = proposals.add(proposed(1, 2), "committed", {});
    const others = proposals.add(proposed(3, 4), "committed", {});
    const beyond = proposals.add(proposed(5), "committed", {});
    proposals.assigned(beyond.id, { start: FAR + 5, end: FAR + 5 }, 2 ** 40 + 1);
    proposals.assigned(others.id, { start: FAR + 3, end: FAR + 4 }, 2 ** 40 + 1);
    proposals.assigned(mine.id, { start: FAR + 1, end: FAR + 2 }, 2 ** 40 + 1);
    log.append([1, 2, 3, 9].map((byte) => ({ term: 2 ** 40 + 1, command: command(byte) })));
    proposals.committed(FAR + 4);
    expect(await mine.range).toEqual({ start: FAR + 1, end: FAR + 2 });
    await expect(others.range).rejects.toMatchObject({
      code: "superseded",
      commands: [3, 4],
      range: { start: FAR + 3, end: FAR + 4 },
    });
    expect(proposals.isWanted(beyond.id)).toBe(true);
    log.append([{ term: 2 ** 40 + 1, command: command(5) }]);
    proposals.committed(FAR + 5);
    expect(await beyond.range).toEqual({ start: FAR + 5, end: FAR + 5 });
  });

  it("that were committed before their places were told are told at once", async () => {
    const log = new MemoryLog();
    log.append([{ term: 1, command: command(1) }]);
    const proposals = new Proposals(runtime, log);
    proposals.committed(1);
    const early = proposals.add(proposed(1), "committed", {});
    proposals.assigned(early.id, { start: 1, end: 1 }, 1);
    expect(await early.range).toEqual({ start: 1, end: 1 });
  });

  it("are not taken for equal ones of a later leader", async () => {
    const log = new MemoryLog();
    const proposals = new Proposals(runtime, log);
    const mine = proposals.add(proposed(7), "committed", {});
    proposals.assigned(mine.id, { start: 1, end: 1 }, 1);
    log.append([{ term: 2, command: command(7) }]);
    proposals.committed(1);
    await expect(mine.range).rejects.toMatchObject({ code: "superseded" });
  });

  it("in whose place stands what machines refuse with are refused", async () => {
    const log = new MemoryLog();
    const proposals = new Proposals(runtime, log, command(0));
    const mine = proposals.add(proposed(7, 8), "committed", {});
    const others = proposals.add(proposed(9), "committed", {});
    proposals.assigned(mine.id, { start: 1, end: 2 }, 1);
    proposals.assigned(others.id, { start: 3, end: 3 }, 1);
    log.append([7, 0].map((byte) => ({ term: 1, command: command(byte) })));
    log.append([{ term: 2, command: command(0) }]);
    proposals.committed(3);
    await expect(mine.range).rejects.toMatchObject({ code: "refused", commands: [7, 8], range: { start: 1, end: 2 } });
    await expect(others.range).rejects.toMatchObject({ code: "superseded" });
  });

  it("that an earlier leader left behind have an unknown outcome once they are given up; later ones wait on", async () => {
    const log = new MemoryLog();
    const proposals = new Proposals(runtime, log);
    const left = proposals.add(proposed(1), "committed", {});
    const later = proposals.add(proposed(2), "committed", {});
    proposals.assigned(left.id, { start: 1, end: 1 }, 1);
    expect(proposals.hasOlderThan(1)).toBe(false);
    proposals.assigned(later.id, { start: 1, end: 1 }, 2);
    expect(proposals.hasOlderThan(2)).toBe(true);
    proposals.giveUpOlderThan(2);
    await expect(left.range).rejects.toMatchObject({ code: "outcomeUnknown", range: { start: 1, end: 1 } });
    log.append([{ term: 2, command: command(2) }]);
    proposals.committed(1);
    expect(await later.range).toEqual({ start: 1, end: 1 });
  });

  it("whose places a snapshot covers have an unknown outcome", async () => {
    const log = new MemoryLog();
    const proposals = new Proposals(runtime, log);
    const covered = proposals.add(proposed(1), "committed", {});
    proposals.assigned(covered.id, { start: 1, end: 1 }, 1);
    log.resetTo({ term: 3, index: 10 });
    proposals.committed(10);
    await expect(covered.range).rejects.toMatchObject({ code: "outcomeUnknown" });
  });
});

describe("conditions of places", () => {
  it("hold beyond 32 bits", async () => {
    const state = {
      localId: PeerId.fromBytes(new Uint8Array(32)),
      leader: undefined,
      isOnline: false,
      isWaitingForQuorum: false,
    };
    const positions = { logPosition: { term: FAR, index: FAR }, committed: FAR };
    const changes = new ChangeSource(() => {});
    const watch = { state: { ...state, ...positions }, changes, runtime };
    const committed = new PositionWhen<number>(
      watch,
      () => positions.committed,
      (a, b) => a - b,
      (index) => index,
    );
    const reached = committed.reaches({ start: 1, end: FAR + 1 }).toPromise();
    const advanced = committed.advanced().toPromise();
    positions.committed = FAR + 1;
    changes.changed();
    expect(await Promise.all([reached, advanced])).toEqual([FAR + 1, FAR + 1]);
    expect(committed.reaches(FAR + 2).isMet).toBe(false);
  });
});
