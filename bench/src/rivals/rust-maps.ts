import { setTimeout as delay } from "node:timers/promises";
import { RustNumberedMap, type RustCollection, type RustNode } from "@mosaik/interop";
import type { Contender } from "../benchmark.js";
import type { GrowingMap, MapSession } from "../harness/maps.js";
import { SharedMap, type MapMember } from "../harness/shared-map.js";
import { RUST_MOSAIK, RustNodes, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-maps";
/** Longer than any election and snapshot takes: its time grows with the square of the entries, a million take more than two minutes. */
const TIMEOUT_MS = 240_000;
const POLL_MS = 5;

/** A map that so many nodes of Rust mosaik share. */
export function rustMap(members: number, session: MapSession): Contender {
  return {
    name: RUST_MOSAIK,
    setup:
      `release build; QUIC with TLS 1.3; ${members === 1 ? "a member and a late one" : `${members} members`}, each in a process of its own, direct over loopback, a local relay for ` +
      "their start; log in memory; default times; Map<String, u64>; that it is online is seen within 5 ms",
    requires: [rustPeer],
    open: () => session(() => open(members)),
  };
}

async function open(members: number): Promise<GrowingMap> {
  const nodes = await RustNodes.start();
  const close = (): Promise<void> => nodes.close();
  try {
    const joined: RustNode[] = [];
    for (let i = 0; i < members; i++) joined.push(await nodes.join(NETWORK, ...joined));
    return {
      map: new SharedMap(joined.map(memberOf), { close }),
      async another() {
        const node = await nodes.join(NETWORK, ...joined);
        return { ...memberOf(node), close: () => node.peer.close() };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function memberOf(node: RustNode): MapMember {
  let numbered: RustNumberedMap;
  return {
    async open(store) {
      numbered = new RustNumberedMap(await node.openCollection("map<string, u64>", { store, role: "writer" }));
      await numbered.map.online({ timeoutMs: TIMEOUT_MS });
    },
    async insert(load) {
      const { completed, failed, failure, p50Micros, p99Micros } = await numbered.insertEach(load);
      if (completed !== load.count || p50Micros === null || p99Micros === null) {
        throw new Error(`${failed} of ${load.count} inserts failed: ${failure}`);
      }
      return { p50Micros, p99Micros };
    },
    fill: (range) => numbered.fill(range),
    async get(reads) {
      return (await numbered.getEach(reads)).found;
    },
    async right(count) {
      await grown(numbered.map, count);
      return numbered.right();
    },
  };
}

async function grown(map: RustCollection, count: number): Promise<void> {
  const startMs = performance.now();
  while ((await map.info()).size < count && performance.now() - startMs < TIMEOUT_MS) await delay(POLL_MS);
}
