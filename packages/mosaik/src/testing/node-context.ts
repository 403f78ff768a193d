import { Network, type NetworkOptions } from "../node/index.js";
import { Digest, type DigestLike, type PeerId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";

/** Who is in which network of a simulation, by the network's id and the node's name. */
export type Memberships = Map<Digest, Map<string, PeerId>>;

/** One life of a simulated node, from its start until it is killed: what its program is made of. */
export class NodeContext {
  readonly name: string;
  /** The world of this life: clocks, timers, randomness. Nothing that is taken from it goes on after the life. */
  readonly runtime: Runtime;
  /** What is put here is there again when the node restarts. */
  readonly disk: Map<string, unknown>;
  /** Which life it is, from 1. */
  readonly life: number;
  readonly #memberships: Memberships;

  constructor(
    name: string,
    life: { readonly runtime: Runtime; readonly disk: Map<string, unknown>; readonly life: number },
    memberships: Memberships,
  ) {
    this.name = name;
    this.runtime = life.runtime;
    this.disk = life.disk;
    this.life = life.life;
    this.#memberships = memberships;
  }

  /**
   * Joins a network as this node. The nodes of a simulation that join the same network find each other by themselves. The node has another
   * id in each of its lives, unless `secretKey` is given.
   *
   * @throws as `Network.join`
   */
  async join(id: DigestLike, options: Omit<NetworkOptions, "runtime" | "relay"> = {}): Promise<Network> {
    const networkId = Digest.from(id);
    const members = this.#memberships.get(networkId) ?? new Map<string, PeerId>();
    this.#memberships.set(networkId, members);
    const network = await Network.join(networkId, { ...options, runtime: this.runtime, relay: "none" });
    for (const [name, peer] of members) if (name !== this.name) void network.discovery.dial(peer);
    members.set(this.name, network.local.id);
    return network;
  }

  /** Resolves after `ms` of virtual time; never, where the node is killed before. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.runtime.after(ms, resolve));
  }
}
