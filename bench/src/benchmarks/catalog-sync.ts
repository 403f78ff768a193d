import type { Benchmark } from "../benchmark.js";
import { mosaikCatalogSync } from "../mosaik/catalog-sync.js";
import { rustCatalogSync } from "../rivals/rust-catalog-sync.js";

/** How long a joining node takes to have the catalog of a peer that knows so many others. */
function catalogSync(count: number): Benchmark {
  return {
    name: `catalog-sync-${count}`,
    unit: "ms",
    better: "lower",
    ours: mosaikCatalogSync(count),
    rivals: [rustCatalogSync(count)],
  };
}

export const catalogSync1000 = catalogSync(1000);
export const catalogSync10000 = catalogSync(10_000);

/** The longest turn of the joining node's event loop while it takes a large catalog. */
export const catalogSyncLoop: Benchmark = {
  name: "catalog-sync-10000-loop",
  unit: "ms",
  better: "lower",
  reach: 10,
  ours: mosaikCatalogSync(10_000, "loopDelayMs"),
  rivals: [],
};
