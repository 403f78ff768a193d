import type { Contender } from "../benchmark.js";
import { Child } from "../harness/child.js";
import type { MapHolder } from "./map-holder.role.js";

/** What holds the entries. */
export type MapKind = "shared" | "plain";

const ENTRIES = 1_000_000;
const FILL_STEP = 100_000;

const names: Record<MapKind, string> = { shared: "mosaik-ts", plain: "Map of JavaScript" };

/** Bytes that an entry of a large map takes in a process of its own. */
export function mapMemory(kind: MapKind): Contender {
  return {
    name: names[kind],
    setup:
      "heap and buffers after a collection, beyond those with an empty map; 1 million entries of string and number" +
      (kind === "shared" ? "; one member, log included" : ""),
    requires: [],
    open() {
      const child = Child.start<MapHolder>(new URL("map-holder.role.js", import.meta.url));
      return Promise.resolve({
        warmUp: () => child.ask("open", kind),
        async measure() {
          const before = await child.ask("usedBytes");
          for (let first = 0; first < ENTRIES; first += FILL_STEP) await child.ask("fill", { first, count: FILL_STEP });
          const after = await child.ask("usedBytes");
          const right = await child.ask("right");
          if (right !== ENTRIES) throw new Error(`${right} of ${ENTRIES} entries are there`);
          return (after - before) / ENTRIES;
        },
        close: () => child.close(),
      });
    },
  };
}
