import type { Benchmark } from "../benchmark.js";
import { mosaikDhtJoin } from "../mosaik/dht-join.js";
import { rustDhtJoin } from "../rivals/rust-dht-join.js";

/** From `Network.join` with nothing but the network's id until the first peer, to which a DHT on loopback leads. */
function benchmark(name: string, dhtNodes: number): Benchmark {
  return { name, unit: "ms", better: "lower", ours: mosaikDhtJoin(dhtNodes), rivals: [rustDhtJoin(dhtNodes)] };
}

/** Nobody's answers are lost. */
export const dhtJoin = benchmark("dht-join", 4);
/** As many nodes as a lookup asks. */
export const dhtJoin20 = benchmark("dht-join-20", 20);
