import { t, type Codec } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { cellCommandCodec } from "../../../src/collections/machines/cell.js";
import { mapCommandCodec } from "../../../src/collections/machines/map.js";
import { onceCommandCodec } from "../../../src/collections/machines/once.js";
import { priorityQueueCommandCodec } from "../../../src/collections/machines/priority-queue.js";
import { setCommandCodec } from "../../../src/collections/machines/set.js";
import { vecCommandCodec } from "../../../src/collections/machines/vec.js";
import { fromHex, toHex } from "../../../src/primitives/index.js";
import { loadCases } from "../../vectors/load.js";

interface Case {
  readonly collection: string;
  readonly call: string;
  readonly command?: string;
}

const u64 = t.u64.asNumber();
const codecs = new Map<string, Codec<unknown>>(
  Object.entries({
    "Map<String,u64>": mapCommandCodec(t.string, u64),
    "Vec<String>": vecCommandCodec(t.string),
    "Set<String>": setCommandCodec(t.string),
    "Cell<u64>": cellCommandCodec(u64),
    "Once<u64>": onceCommandCodec(u64),
    "PriorityQueue<u64,String,u64>": priorityQueueCommandCodec(u64, t.string, u64),
  }),
);
const cases = loadCases<Case>("commands.json").filter(({ collection }) => codecs.has(collection));

/** What some of the calls must decode to; the others are checked by their bytes alone. */
const MEANINGS: Readonly<Record<string, unknown>> = {
  'compare_exchange("k", Some(1), None)': {
    kind: "CompareExchange",
    value: { key: "k", expected: { some: 1 }, new: undefined },
  },
  'v.insert(2,"x")': { kind: "Insert", value: { index: 2n, value: "x" } },
  "q.remove_range(20..50)": {
    kind: "RemoveRange",
    value: { start: { kind: "Included", value: 20 }, end: { kind: "Excluded", value: 50 } },
  },
  'q.compare_exchange_value(&"k",9,None)': {
    kind: "CompareExchangeValue",
    value: { key: "k", expected: 9, new: undefined },
  },
};

describe("commands that a Rust leader put into its log", () => {
  it.each(cases)("$collection: $call", ({ collection, call, command }) => {
    const codec = codecs.get(collection)!;
    const bytes = fromHex(command!)!;
    const decoded = codec.decode(bytes);
    expect(toHex(codec.encode(decoded))).toBe(command);
    if (call in MEANINGS) expect(decoded).toEqual(MEANINGS[call]);
  });

  it("are of every kind", () => {
    expect(new Set(cases.map(({ collection }) => collection)).size).toBe(codecs.size);
    expect(Object.keys(MEANINGS).every((call) => cases.some((one) => one.call === call))).toBe(true);
  });
});
