import { Network, type NetworkOptions } from "mosaik";
import { afterAll, afterEach, beforeAll } from "vitest";
import {
  DhtTestnet,
  PublicNames,
  ROUTERS,
  RustPeer,
  startRelay,
  type LocalRelay,
  type RustNode,
  type RustSlot,
} from "../src/index.js";
import { obstacle, until } from "./setup.js";

const NODES = 8;
const JOINED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** A DHT in Rust, a Rust process that takes it for the public one, and nodes that are given nothing but a network's id. */
export class DhtWorld {
  readonly dht: DhtTestnet;
  readonly rust: RustPeer;
  readonly relay: LocalRelay;
  readonly #names: PublicNames;
  #rustNodes: RustNode[] = [];
  #networks: Network[] = [];

  static async start(): Promise<DhtWorld> {
    const names = new PublicNames();
    const dht = await DhtTestnet.start({ count: NODES, addresses: ROUTERS });
    return new DhtWorld(names, dht, await RustPeer.start({ at: names.at }), await startRelay());
  }

  private constructor(names: PublicNames, dht: DhtTestnet, rust: RustPeer, relay: LocalRelay) {
    this.#names = names;
    this.dht = dht;
    this.rust = rust;
    this.relay = relay;
  }

  /** A TypeScript node that enters by the same nodes as Rust. */
  async ts(networkId: string, options: NetworkOptions = {}): Promise<Network> {
    const network = await Network.join(networkId, {
      relay: { urls: [this.relay.url] },
      bindAddrs: ["127.0.0.1:0"],
      discovery: { dht: { routers: ROUTERS } },
      ...options,
    });
    this.#networks.push(network);
    return network;
  }

  async rustNode(networkId: string, name = "main"): Promise<RustNode> {
    const node = await this.rust.join(
      { network: networkId, relay: this.relay.url, bind: ["127.0.0.1:0"], dht: true },
      `${name} of ${networkId}`,
    );
    this.#rustNodes.push(node);
    return node;
  }

  /** Reads the slots as Rust does until they are as wanted. */
  async slots(
    ms: number,
    networkId: string,
    isMeant: (slots: readonly RustSlot[]) => boolean,
    what: string,
  ): Promise<readonly RustSlot[]> {
    const endMs = performance.now() + ms;
    for (;;) {
      const slots = await this.dht.slots(networkId);
      if (isMeant(slots)) return slots;
      if (performance.now() > endMs)
        throw new Error(`waited ${ms} ms for ${what}: ${JSON.stringify(occupants(slots))}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** Ends the nodes, and leaves the DHT as it is. */
  async leave(): Promise<void> {
    await Promise.all(this.#networks.map((network) => network.close()));
    await Promise.all(this.#rustNodes.map((node) => node.leave()));
    this.#networks = [];
    this.#rustNodes = [];
  }

  async close(): Promise<void> {
    await Promise.all([this.rust.close(), this.dht.close(), this.relay.close()]);
    this.#names[Symbol.dispose]();
  }
}

/** One world for all tests of a file, each of which has networks of its own. */
export function useDhtWorld(): { readonly world: DhtWorld } {
  const holder: { world: DhtWorld } = { world: undefined as unknown as DhtWorld };
  beforeAll(async () => {
    if (obstacle === undefined) holder.world = await DhtWorld.start();
  });
  afterEach(() => holder.world?.leave());
  afterAll(() => holder.world?.close());
  return holder;
}

/** Who is in which slot, by hexadecimal id. */
export function occupants(slots: readonly RustSlot[]): Readonly<Record<number, string>> {
  return Object.fromEntries(
    slots.flatMap(({ peer }, slot) => (peer === null || peer === undefined ? [] : [[slot, peer.id]])),
  );
}

/** What a node counts by this name; nothing yet is 0. */
export function counted(network: Network, name: string, labels: Readonly<Record<string, string>>): number {
  const isMeant = (one: { name: string; labels: Readonly<Record<string, string>> }): boolean =>
    one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value);
  return network.metrics.samples().find(isMeant)?.value ?? 0;
}

/** Waits until every node has a signed entry of every other. */
export async function allKnowAll(
  ms: number,
  networks: readonly Network[],
  rustNodes: readonly RustNode[] = [],
): Promise<void> {
  const others = networks.length + rustNodes.length - 1;
  const know = until(
    ms,
    () => networks.every(({ discovery }) => discovery.catalog.signedPeersCount() === others),
    `${networks.length} nodes to know ${others} others each`,
  );
  const ids = [...networks.map(({ local }) => local.id.hex), ...rustNodes.map(({ id }) => id)];
  const rustKnow = rustNodes.flatMap((node) => ids.filter((id) => id !== node.id).map((id) => rustKnows(node, id, ms)));
  await Promise.all([know, ...rustKnow]);
}

/** Waits until a Rust node has another's signed entry. */
export async function rustKnows(node: RustNode, id: string, timeoutMs = JOINED_WITHIN_MS): Promise<void> {
  const catalog = await node.catalog();
  if (catalog.some((entry) => entry.id === id && entry.signed)) return;
  const isMeant = (event: { node: string; peer: string }): boolean => event.node === node.name && event.peer === id;
  await node.peer.events.waitFor("peerDiscovered", isMeant, { timeoutMs });
}
