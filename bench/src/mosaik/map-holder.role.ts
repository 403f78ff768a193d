import { randomUUID } from "node:crypto";
import { collection, t, type MapWriter } from "mosaik";
import { usedBytes } from "../harness/memory.js";
import { hold, serve } from "../harness/role.js";
import type { EntryRange } from "../harness/shared-map.js";
import type { MapKind } from "./map-memory.js";
import { join } from "./node.js";
import { fill, isRight, keyOf } from "./numbered.js";

let map: MapWriter<string, number> | Map<string, number>;

const commands = {
  async open(kind: MapKind): Promise<void> {
    if (kind === "plain") map = new Map();
    else map = await openShared();
  },
  async fill(range: EntryRange): Promise<void> {
    if (!(map instanceof Map)) return fill(map, range);
    for (let number = range.first; number < range.first + range.count; number++) map.set(keyOf(number), number);
  },
  usedBytes,
  /** How many entries are right. */
  right(): number {
    let right = 0;
    for (const [key, value] of map) if (isRight(key, value)) right++;
    return right;
  },
};
export type MapHolder = typeof commands;
serve(commands);

async function openShared(): Promise<MapWriter<string, number>> {
  const network = hold(await join("bench-map-memory"));
  return collection.map(randomUUID(), t.string, t.u64.asNumber()).onlineWriter(network);
}
