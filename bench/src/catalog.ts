import type { Benchmark } from "./benchmark.js";
import { bonds200, bonds200CpuShare } from "./benchmarks/bonds-200.js";
import { call1, call64, callRust } from "./benchmarks/calls.js";
import { catalogSync1000, catalogSync10000, catalogSyncLoop } from "./benchmarks/catalog-sync.js";
import { codecSmallDecode, codecSmallEncode } from "./benchmarks/codec-small.js";
import { dhtJoin, dhtJoin20 } from "./benchmarks/dht-join.js";
import { fanOut8 } from "./benchmarks/fanout-8.js";
import { firstItem } from "./benchmarks/first-item.js";
import {
  failoverKill,
  failoverLeave,
  group128Follower,
  group128Leader,
  group1Follower,
  group1Leader,
  groupOnline,
} from "./benchmarks/groups.js";
import { cliHelp, importCore, sizeCore } from "./benchmarks/footprint.js";
import { idle, idleConnection, idleCpuShare } from "./benchmarks/idle.js";
import { mapInsert1, mapInsert64, mapMemoryEntry, mapRead, mapSnapshot, mapSnapshot100k } from "./benchmarks/maps.js";
import { slowConsumer } from "./benchmarks/slow-consumer.js";
import { stream64 } from "./benchmarks/stream-64.js";
import { stream64k } from "./benchmarks/stream-64k.js";
import { transport64 } from "./benchmarks/transport-64.js";
import { transport64k } from "./benchmarks/transport-64k.js";
import { transportRtt } from "./benchmarks/transport-rtt.js";

/** Every benchmark there is, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  codecSmallEncode,
  codecSmallDecode,
  transport64,
  transport64k,
  transportRtt,
  stream64,
  stream64k,
  fanOut8,
  call1,
  call64,
  callRust,
  group1Leader,
  group1Follower,
  group128Leader,
  group128Follower,
  groupOnline,
  failoverLeave,
  failoverKill,
  mapInsert1,
  mapInsert64,
  mapRead,
  mapSnapshot100k,
  mapSnapshot,
  mapMemoryEntry,
  bonds200,
  bonds200CpuShare,
  slowConsumer,
  firstItem,
  dhtJoin,
  dhtJoin20,
  catalogSync1000,
  catalogSync10000,
  catalogSyncLoop,
  idle,
  idleCpuShare,
  idleConnection,
  sizeCore,
  importCore,
  cliHelp,
];
