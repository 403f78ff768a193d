import { t } from "@mosaik/postcard";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLongAppend, LONG_ENTRIES_MIN, LongAppend, PART_ENTRIES_MAX } from "../../src/groups/long-append.js";
import { bondMessageCodec, ENTRIES_MAX } from "../../src/groups/protocol.js";
import type { AppendEntries } from "../../src/groups/raft/messages.js";
import type { LogEntry } from "../../src/groups/storage/storage.js";
import { longAppend } from "./long-message.js";
import { Member } from "./raft/member.js";

const codec = bondMessageCodec(t.u32);

const isLong = (bytes: Uint8Array): boolean => isLongAppend(bytes, 0, bytes.length);

function partsOf(frame: Uint8Array): AppendEntries[] {
  const message = new LongAppend(frame);
  const parts: AppendEntries[] = [];
  for (let part = message.next(); part !== undefined; part = message.next()) parts.push(part);
  return parts;
}

describe("an AppendEntries of very many entries", () => {
  it("is one from 4097 on, up to what is accepted at all", () => {
    expect(isLong(longAppend(LONG_ENTRIES_MIN))).toBe(false);
    expect(isLong(longAppend(LONG_ENTRIES_MIN + 1))).toBe(true);
    expect(isLong(longAppend(ENTRIES_MAX))).toBe(true);
    expect(isLong(longAppend(ENTRIES_MAX + 1))).toBe(false);
  });

  it("is nothing else of that length, nor what is cut", () => {
    const commands = Array.from({ length: 5000 }, () => new Uint8Array(3));
    expect(isLong(codec.encode({ kind: "group", message: { kind: "command", commands, requestId: undefined } }))).toBe(
      false,
    );
    expect(isLong(new Uint8Array(10_000).fill(0xff))).toBe(false);
    const header = longAppend(5000).subarray(0, 40);
    expect(isLong(header)).toBe(false);
    expect(isLong(new Uint8Array([...header.subarray(0, 3), ...new Uint8Array(9000).fill(0x80)]))).toBe(false);
  });

  it("is found where it does not begin its bytes, and however its varints are written", () => {
    const frame = longAppend(5000);
    const moved = new Uint8Array(frame.length + 7);
    moved.set(frame, 7);
    expect(isLongAppend(moved, 7, moved.length)).toBe(true);
    expect(isLong(new Uint8Array([0x85, 0x00, 0x80, 0x00, ...frame.subarray(2)]))).toBe(true);
  });

  it("comes in parts that join, with all its entries; what is committed comes last", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: LONG_ENTRIES_MIN + 1, max: 3 * LONG_ENTRIES_MIN }),
        fc.nat(1000),
        (count, prevIndex) => {
          const frame = longAppend(count, {
            prev: { term: 1, index: prevIndex },
            leaderCommit: 77,
            terms: (i) => 1 + (i >> 10),
          });
          const decoded = codec.decode(frame);
          const whole = (decoded as { message: AppendEntries }).message;
          const parts = partsOf(frame);
          expect(parts.flatMap(({ entries }) => entries)).toEqual(whole.entries);
          let { prev } = whole;
          for (const [i, part] of parts.entries()) {
            expect(part).toMatchObject({ kind: "appendEntries", term: whole.term, leader: whole.leader, prev });
            expect(part.entries.length).toBeLessThanOrEqual(PART_ENTRIES_MAX);
            expect(part.leaderCommit).toBe(i === parts.length - 1 ? 77 : 0);
            prev = { term: part.entries.at(-1)!.term, index: prev.index + part.entries.length };
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it("leaves a follower's log as the whole of it would", () => {
    const frame = longAppend(10_000, { leaderCommit: 0, terms: (i) => (i < 5000 ? 1 : 2) });
    const logOf = (member: Member): readonly LogEntry[] => member.log.slice({ start: 1, end: 20_000 }).entries;
    const atOnce = new Member({ bonds: "b", log: ["1:x"] });
    atOnce.receives("b", (codec.decode(frame) as { message: AppendEntries }).message);
    const inParts = new Member({ bonds: "b", log: ["1:x"] });
    for (const part of partsOf(frame)) inParts.receives("b", part);
    expect(logOf(inParts)).toEqual(logOf(atOnce));
    expect(inParts.log.last()).toEqual({ term: 2, index: 10_000 });
    expect(inParts.outputs.map(({ kind }) => kind)).toContain("send");
  });
});
