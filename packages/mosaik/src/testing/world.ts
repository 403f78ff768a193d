import type { Runtime } from "../runtime/index.js";
import type { Report } from "./simulator.js";

/**
 * Where a test takes place: in virtual time, or in real time over real QUIC on loopback. A test written against a world runs in
 * both. Nodes find each other by their ids alone in either, and no relay is involved.
 *
 * ```ts
 * const world = createWorld("simulated", { seed: 1 });
 * const alice = await world.within(5_000, Network.join("test", { runtime: await world.runtime("alice") }), "alice to join");
 * await world.until(() => alice.discovery.peers.size === 3, 10_000, "alice to know everybody");
 * await world.close();
 * ```
 */
export interface World {
  readonly kind: WorldKind;
  /** What user callbacks threw so far. */
  readonly reports: readonly Report[];
  /** The runtime of a node; the same name gives the same one. */
  runtime(name: string): Promise<Runtime>;
  /** Resolves once `condition` holds. @throws an error that names `what` where it does not within `withinMs` */
  until(condition: () => boolean, withinMs: number, what: string): Promise<void>;
  /** Settles as `promise` does. @throws an error that names `what` where it takes longer than `ms` */
  within<T>(ms: number, promise: PromiseLike<T>, what: string): Promise<T>;
  /** Closes every endpoint that is still open. */
  close(): Promise<void>;
}

export type WorldKind = "simulated" | "live";
