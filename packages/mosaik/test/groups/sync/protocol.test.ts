import { describe, expect, it } from "vitest";
import { logReplayMessageCodec, type LogReplayMessage } from "../../../src/groups/sync/log-replay/protocol.js";
import { fromHex, toHex } from "../../../src/primitives/index.js";

const bytes = (hex: string): Uint8Array => fromHex(hex)!;

const codec = logReplayMessageCodec(2000);

describe("messages of the log replay (spec 05 §7.3)", () => {
  it.each<[string, LogReplayMessage]>([
    ["00", { kind: "availabilityRequest" }],
    ["010004", { kind: "availabilityResponse", value: { start: 0, end: 4 } }],
    ["020104", { kind: "fetchEntriesRequest", value: { start: 1, end: 4 } }],
    [
      "03010202020003010200" + "0401",
      {
        kind: "fetchEntriesResponse",
        value: {
          range: { start: 1, end: 2 },
          entries: [
            { term: 1, command: bytes("0003") },
            { term: 1, command: bytes("0004") },
          ],
        },
      },
    ],
  ])("%s", (hex, message) => {
    expect(toHex(codec.encode(message))).toBe(hex);
    expect(codec.decode(bytes(hex))).toEqual(message);
  });

  it("refuses places beyond 2^53, and more entries than a message may have", () => {
    expect(() => codec.decode(bytes("0100ffffffffffffffffff01"))).toThrow(/outOfRange|2\^53/);
    const many = new Uint8Array(8000);
    many.set(bytes("030000d10f"));
    expect(() => codec.decode(many)).toThrow(/more than 2000 items/);
  });
});
