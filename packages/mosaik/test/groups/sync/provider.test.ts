import { beforeEach, describe, expect, it } from "vitest";
import { bondMessageCodec } from "../../../src/groups/protocol.js";
import { logReplaySync, type LogReplayMessage } from "../../../src/groups/sync/log-replay/index.js";
import { ANSWER_MAX_BYTES } from "../../../src/groups/sync/log-replay/provider.js";
import type { SyncProvider } from "../../../src/groups/sync/sync.js";
import { entriesOf, FakeContext, logOf, peer } from "./fixture.js";

const entries = entriesOf([1, 1, 2, 2, 2, 3]);

describe("LogReplayProvider", () => {
  let context: FakeContext;
  let provider: SyncProvider<LogReplayMessage>;
  let sent: LogReplayMessage[];

  const open = (log = logOf(entries), batchSize = 4, messageMaxBytes = 64 * ANSWER_MAX_BYTES): void => {
    context = new FakeContext(log);
    context.messageMaxBytes = messageMaxBytes;
    context.peers = [peer("b")];
    sent = [];
    context.onSend = (_, message) => sent.push(message);
    provider = logReplaySync({ typeName: "m", batchSize }).provider(context);
  };
  const ask = (message: LogReplayMessage): LogReplayMessage[] => {
    sent.length = 0;
    expect(provider.receive(message, peer("b"))).toBe(true);
    return sent;
  };
  const fetch = (start: number, end: number): LogReplayMessage[] =>
    ask({ kind: "fetchEntriesRequest", value: { start, end } });
  const has = (start: number, end: number): LogReplayMessage[] => [
    { kind: "availabilityResponse", value: { start, end } },
  ];
  const answer = (start: number, end: number): LogReplayMessage[] => [
    { kind: "fetchEntriesResponse", value: { range: { start, end }, entries: entries.slice(start - 1, end) } },
  ];

  beforeEach(() => open());

  it("has what it has committed, and as the leader the whole log", () => {
    context.commit(4);
    expect(ask({ kind: "availabilityRequest" })).toEqual(has(0, 4));
    context.isLeader = true;
    expect(ask({ kind: "availabilityRequest" })).toEqual(has(0, 6));
    context.log.prunePrefix(2);
    expect(ask({ kind: "availabilityRequest" })).toEqual(has(2, 6));
  });

  it("an empty log has 0…0", () => {
    open(logOf([]));
    expect(ask({ kind: "availabilityRequest" })).toEqual(has(0, 0));
  });

  it("gives what is asked for, up to a batch", () => {
    context.commit(6);
    expect(fetch(2, 3)).toEqual(answer(2, 3));
    expect(fetch(1, 6)).toEqual(answer(1, 4));
    expect(fetch(5, 99)).toEqual(answer(5, 6));
    expect(fetch(6, Number.MAX_SAFE_INTEGER)).toEqual(answer(6, 6));
  });

  it("gives nothing that others may contradict, unless it leads", () => {
    context.commit(3);
    expect(fetch(2, 5)).toEqual(answer(2, 3));
    context.isLeader = true;
    expect(fetch(2, 5)).toEqual(answer(2, 5));
  });

  it("gives all that it has where nobody leads, and advertises what is committed", () => {
    context.commit(3);
    Object.assign(context, { leader: undefined });
    expect(fetch(2, 5)).toEqual(answer(2, 5));
    expect(ask({ kind: "availabilityRequest" })).toEqual(has(0, 3));
    expect(fetch(7, 9)).toEqual(has(0, 3));
  });

  it("says what it has instead of an answer that would wedge a Rust session: empty, or from elsewhere", () => {
    context.commit(4);
    expect(fetch(5, 6)).toEqual(has(0, 4));
    expect(fetch(0, 3)).toEqual(has(0, 4));
    context.log.prunePrefix(2);
    expect(fetch(2, 4)).toEqual(has(2, 4));
    expect(fetch(3, 4)).toEqual(answer(3, 4));
  });

  it("ignores an empty range", () => {
    context.commit(6);
    expect(fetch(4, 3)).toEqual([]);
  });

  it("gives fewer when they are large, but two if they fit into a frame", () => {
    const half = ANSWER_MAX_BYTES / 2;
    const pairMax = 32 * ANSWER_MAX_BYTES;
    const lengths = [half, half, 1, pairMax - 1, 2, 1];
    open(logOf(lengths.map((length) => ({ term: 1, command: new Uint8Array(length) }))), 9);
    context.commit(6);
    const given = (start: number): unknown => {
      const [message] = fetch(start, 6);
      return message?.kind === "fetchEntriesResponse" ? message.value.range : message;
    };
    expect([1, 2, 3, 4, 5, 6].map(given)).toEqual([
      { start: 1, end: 2 },
      { start: 2, end: 3 },
      { start: 3, end: 4 },
      { start: 4, end: 4 },
      { start: 5, end: 6 },
      { start: 6, end: 6 },
    ]);
  });

  it("gives two only where the node's own frames are large enough for them", () => {
    const frameLimitBytes = 2 * ANSWER_MAX_BYTES;
    const codec = bondMessageCodec(logReplaySync({ typeName: "m" }).message);
    const answered = (first: number, second: number): number => {
      const pair = [first, second].map((length) => ({ term: 1, command: new Uint8Array(length) }));
      open(logOf(pair), 9, frameLimitBytes - 16);
      context.commit(2);
      const [message] = fetch(1, 2);
      expect(
        codec.encode({ kind: "group", message: { kind: "stateSync", message: message! } }).length,
      ).toBeLessThanOrEqual(frameLimitBytes);
      return message?.kind === "fetchEntriesResponse" ? message.value.entries.length : 0;
    };
    expect(answered(ANSWER_MAX_BYTES, ANSWER_MAX_BYTES)).toBe(1);
    expect(answered(ANSWER_MAX_BYTES, ANSWER_MAX_BYTES - 144)).toBe(2);
    expect(answered(frameLimitBytes - 1040, 1)).toBe(2);
    expect(answered(frameLimitBytes - 1040, 2000)).toBe(1);
  });

  it("leaves answers to the session", () => {
    expect(provider.receive(has(0, 1)[0]!, peer("b"))).toBe(false);
    expect(provider.receive(answer(1, 1)[0]!, peer("b"))).toBe(false);
  });
});
