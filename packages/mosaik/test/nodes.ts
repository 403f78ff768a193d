import { afterEach, beforeEach, expect } from "vitest";
import { Network, type NetworkOptions } from "../src/node/index.js";
import { createWorld, type World } from "../src/testing/index.js";

/** The nodes of one test, in a simulated world or a live one; they are closed when the test ends. */
export class Nodes {
  readonly world: World;
  readonly #open: Network[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** Joins a network as a node of its own. Nothing leaves the machine. */
  async join(name: string, networkId = "test", options: NetworkOptions = {}): Promise<Network> {
    const runtime = await this.world.runtime(name);
    const joining = Network.join(networkId, { runtime, relay: "none", ...options });
    const network = await this.world.within(5000, joining, `${name} to join`);
    this.#open.push(network);
    return network;
  }

  /** Several nodes, named by their numbers. */
  async joinMany(count: number, networkId = "test", options: NetworkOptions = {}): Promise<Network[]> {
    const networks: Network[] = [];
    for (let i = 0; i < count; i++) networks.push(await this.join(`${networkId}-${i}`, networkId, options));
    return networks;
  }

  /** Lets every node sync its catalog with every other, as `discover_all` of the Rust tests does. */
  async discoverAll(...networks: Network[]): Promise<void> {
    const syncs = networks.flatMap((one) =>
      networks.filter((other) => other !== one).map((other) => one.discovery.syncWith(other.local.address())),
    );
    await this.world.within(15_000, Promise.all(syncs), "all nodes to sync");
  }

  within<T>(ms: number, promise: PromiseLike<T>, what = "a promise"): Promise<T> {
    return this.world.within(ms, promise, what);
  }

  until(condition: () => boolean, withinMs: number, what: string): Promise<void> {
    return this.world.until(condition, withinMs, what);
  }

  async close(): Promise<void> {
    await this.world.within(10_000, Promise.all(this.#open.map((network) => network.close())), "the nodes to close");
    await this.world.close();
  }
}

/**
 * The nodes of each test of a file: a new world before it, everything closed after it. Files named `*.world.test.ts` run in
 * simulated worlds with the unit tests and in live ones with the live tests.
 */
export function useNodes(): { readonly nodes: Nodes } {
  const holder: { nodes: Nodes } = { nodes: undefined as unknown as Nodes };
  beforeEach(() => {
    const kind = process.env["MOSAIK_WORLD"] === "live" ? "live" : "simulated";
    holder.nodes = new Nodes(createWorld(kind, { seed: expect.getState().currentTestName ?? "" }));
  });
  afterEach(async () => {
    await holder.nodes.close();
    expect(holder.nodes.world.reports).toEqual([]);
  });
  return holder;
}
