import type { GroupId } from "../groups/index.js";
import type { GaugeName, Metrics } from "../metrics/index.js";
import type { CollectionKind } from "./identity.js";

const SIZE_OF = {
  map: "mosaik.collections.map.size",
  vec: "mosaik.collections.vec.size",
  set: "mosaik.collections.set.size",
  cell: "mosaik.collections.cell.size",
  once: "mosaik.collections.once.size",
  priorityQueue: "mosaik.collections.depq.size",
} as const satisfies Record<CollectionKind, GaugeName>;

/** What a node counts of a collection (spec 06 §11). */
export class CollectionMetrics {
  readonly #size;
  readonly #syncs;

  constructor(metrics: Metrics, kind: CollectionKind, groupId: GroupId) {
    const labels = { group: groupId.short() };
    this.#size = metrics.gauge(SIZE_OF[kind], labels);
    this.#syncs = metrics.counter("mosaik.collections.syncs.started", labels);
  }

  /** The collection is so large now. */
  sized(size: number): void {
    this.#size.set(size);
  }

  /** A snapshot was taken for a member that is behind. */
  snapshotTaken(): void {
    this.#syncs.add();
  }
}
