import type { Benchmark } from "../benchmark.js";
import { mosaikDhtJoin } from "../mosaik/dht-join.js";
import { rustDhtJoin } from "../rivals/rust-dht-join.js";

/** From `Network.join` with nothing but the network's id until the first peer, that a DHT on loopback leads to. */
export const dhtJoin: Benchmark = {
  name: "dht-join",
  unit: "ms",
  better: "lower",
  ours: mosaikDhtJoin,
  rivals: [rustDhtJoin],
};
