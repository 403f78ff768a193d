import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { LONG_ENTRIES_MIN } from "../../src/groups/long-append.js";
import { isLongForward, LongForward } from "../../src/groups/long-forward.js";
import { bondMessageCodec, ENTRIES_MAX } from "../../src/groups/protocol.js";
import type { ForwardCommand } from "../../src/groups/raft/messages.js";
import { longAppend, longForward } from "./long-message.js";

const codec = bondMessageCodec(t.u32);

const isLong = (bytes: Uint8Array): boolean => isLongForward(bytes, 0, bytes.length);

describe("very many forwarded commands", () => {
  it("are more than 4096, up to what is accepted at all", () => {
    expect(isLong(longForward(LONG_ENTRIES_MIN))).toBe(false);
    expect(isLong(longForward(LONG_ENTRIES_MIN + 1))).toBe(true);
    expect(isLong(longForward(ENTRIES_MAX))).toBe(true);
    expect(isLong(longForward(ENTRIES_MAX + 1))).toBe(false);
  });

  it("are nothing else of that length, nor what is cut", () => {
    expect(isLong(longAppend(5000))).toBe(false);
    const query = { kind: "query", query: new Uint8Array(9000), requestId: { low: 1, high: 0 } } as const;
    expect(isLong(codec.encode({ kind: "group", message: query }))).toBe(false);
    expect(isLong(new Uint8Array(10_000).fill(0xff))).toBe(false);
    expect(isLong(longForward(5000).subarray(0, 4000))).toBe(false);
  });

  it("are read in parts, and are what the whole message says", () => {
    const frame = longForward(10_000);
    const checked: Uint8Array[] = [];
    const message = new LongForward(frame, (command) => checked.push(command));
    let parts = 0;
    let given: ForwardCommand | undefined;
    for (; !message.isOver; parts++) given = message.next();
    expect(parts).toBe(10);
    expect(codec.decode(frame)).toEqual({ kind: "group", message: given });
    expect(checked).toEqual(given!.commands);
  });
});
