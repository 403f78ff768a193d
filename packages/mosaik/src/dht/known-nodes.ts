import { addressKey } from "./ip.js";
import type { DhtNode } from "./krpc.js";
import { compareDistance } from "./node-id.js";

/** Nodes that are remembered: enough to begin any lookup near its end. */
const KNOWN_MAX = 512;

/** Nodes that have answered, to begin the next lookup with. */
export class KnownNodes {
  /** The longest not heard of first. */
  readonly #nodes = new Map<string, DhtNode>();

  get size(): number {
    return this.#nodes.size;
  }

  heard(node: DhtNode): void {
    const key = addressKey(node);
    this.#nodes.delete(key);
    this.#nodes.set(key, node);
    if (this.#nodes.size <= KNOWN_MAX) return;
    for (const oldest of this.#nodes.keys()) {
      this.#nodes.delete(oldest);
      break;
    }
  }

  failed(node: DhtNode): void {
    this.#nodes.delete(addressKey(node));
  }

  nearest(target: Uint8Array, count: number): DhtNode[] {
    return [...this.#nodes.values()].sort((a, b) => compareDistance(target, a.id, b.id)).slice(0, count);
  }
}
