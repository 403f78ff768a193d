import type { Benchmark } from "../benchmark.js";
import { insertRate, insertTime, readRate, snapshotTime } from "../harness/maps.js";
import { mapMemory } from "../mosaik/map-memory.js";
import { mosaikMap } from "../mosaik/maps.js";
import { etcdCommands } from "../rivals/etcd.js";
import { natsKeyValue } from "../rivals/nats-kv.js";
import { rustMap } from "../rivals/rust-maps.js";

const MEMBERS = 3;
const IN_FLIGHT = 64;

/** An insert alone, by a member that follows, until it is carried out there. */
export const mapInsert1: Benchmark = {
  name: "map-insert-1",
  unit: "us (p50)",
  better: "lower",
  beginsAnew: true,
  ours: mosaikMap(MEMBERS, insertTime),
  rivals: [{ ...rustMap(MEMBERS, insertTime), reachRatio: 1 }, etcdCommands("follower", 1), natsKeyValue(1)],
};

/** Inserts by a member that follows, many under way. */
export const mapInsert64: Benchmark = {
  name: "map-insert-64",
  unit: "inserts/s",
  better: "higher",
  beginsAnew: true,
  ours: mosaikMap(MEMBERS, insertRate(IN_FLIGHT)),
  rivals: [
    { ...rustMap(MEMBERS, insertRate(IN_FLIGHT)), reachRatio: 1 },
    etcdCommands("follower", IN_FLIGHT),
    natsKeyValue(IN_FLIGHT),
  ],
};

/** Reads of ten thousand keys in turn, by a member that follows, of its own copy. */
export const mapRead: Benchmark = {
  name: "map-read",
  unit: "reads/s",
  better: "higher",
  reach: 10_000_000,
  beginsAnew: true,
  ours: mosaikMap(MEMBERS, readRate),
  rivals: [rustMap(MEMBERS, readRate)],
};

/** From opening a map that one other member has until all of its entries are there. */
function snapshot(name: string, entries: number): Benchmark {
  return {
    name,
    unit: "ms",
    better: "lower",
    beginsAnew: true,
    ours: mosaikMap(1, snapshotTime(entries)),
    rivals: [{ ...rustMap(1, snapshotTime(entries)), reachRatio: 1 }],
  };
}

/** In Rust a round of this takes more than two minutes. */
export const mapSnapshot = snapshot("map-snapshot", 1_000_000);
export const mapSnapshot100k = snapshot("map-snapshot-100k", 100_000);

/** What an entry of a million takes. */
export const mapMemoryEntry: Benchmark = {
  name: "map-memory",
  unit: "bytes",
  better: "lower",
  beginsAnew: true,
  ours: mapMemory("shared"),
  rivals: [{ ...mapMemory("plain"), reachRatio: 2 }],
};
