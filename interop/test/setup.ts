import { Network, type NetworkOptions } from "mosaik";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createNodeRuntime } from "../../packages/mosaik/src/runtime/index.js";
import { RustPeer, startRelay, whyNoPeer, type LocalRelay, type PeerAddr, type RustNode } from "../src/index.js";
import { shyTransport } from "./shy-transport.js";

/** Why there is no Rust peer to test with; said once. */
export const obstacle = whyNoPeer();
if (obstacle !== undefined) console.warn(obstacle);

/** Nodes of both languages on this machine, with a relay between them. Closed when the test ends. */
export class Languages {
  readonly relay: LocalRelay;
  /** The Rust process. */
  readonly rust: RustPeer;
  readonly #networks: Network[] = [];
  readonly #processes: RustPeer[] = [];

  constructor(relay: LocalRelay, rust: RustPeer) {
    this.relay = relay;
    this.rust = rust;
  }

  /** A TypeScript node. */
  async ts(networkId: string, options: NetworkOptions = {}): Promise<Network> {
    const network = await Network.join(networkId, {
      relay: { urls: [this.relay.url] },
      bindAddrs: ["127.0.0.1:0"],
      ...options,
      discovery: { dht: false, ...options.discovery },
    });
    this.#networks.push(network);
    return network;
  }

  /** A TypeScript node that knows nobody until somebody has asked it for something. */
  async shyTs(networkId: string): Promise<Network> {
    return this.ts(networkId, { runtime: await createNodeRuntime({ wrapTransport: shyTransport }) });
  }

  /** A further Rust process: one that can be killed. */
  async rustProcess(): Promise<RustPeer> {
    const process = await RustPeer.start();
    this.#processes.push(process);
    return process;
  }

  /** A Rust node. It announces itself every second, so that its consumers look again at producers that they missed. */
  rustNode(networkId: string, name = "main", tags: string[] = []): Promise<RustNode> {
    return this.rust.join({ network: networkId, relay: this.relay.url, announceIntervalMs: 1000, tags }, name);
  }

  /** A node of each language that have each other in their catalogs. */
  async pair(networkId: string): Promise<{ ts: Network; rust: RustNode }> {
    const ts = await this.ts(networkId);
    const rust = await this.rustNode(networkId);
    await ts.discovery.syncWith(rust.addr);
    return { ts, rust };
  }

  /** A bare endpoint tells the Rust node of the TypeScript node, which hears nothing of that. */
  async tellRustOf(ts: Network, rust: RustNode): Promise<void> {
    const raw = await this.rust.rawDial(rust.addr, "/mosaik/discovery/sync/1.0");
    await raw.send(`01${Buffer.from(ts.discovery.me().encoded).toString("hex")}`);
    await raw.receive();
    await raw.close(200, "Success");
  }

  async close(): Promise<void> {
    await Promise.all(this.#networks.map((network) => network.close()));
    await Promise.all([this.rust, ...this.#processes].map((process) => process.close()));
    await this.relay.close();
  }
}

/** Both languages, once for all tests of a file: they may run at the same time, each in a network of its own. */
export function useLanguagesOfFile(): { readonly languages: Languages } {
  const holder: { languages: Languages } = { languages: undefined as unknown as Languages };
  beforeAll(async () => {
    if (obstacle === undefined) holder.languages = new Languages(await startRelay(), await RustPeer.start());
  });
  afterAll(() => holder.languages?.close());
  return holder;
}

/** Both languages for each test of a file. */
export function useLanguages(): { readonly languages: Languages } {
  const holder: { languages: Languages } = { languages: undefined as unknown as Languages };
  beforeEach(async () => {
    if (obstacle !== undefined) return;
    holder.languages = new Languages(await startRelay(), await RustPeer.start());
  });
  afterEach(async () => {
    if (obstacle !== undefined) return;
    await holder.languages.close();
  });
  return holder;
}

/** A TypeScript node's address as the Rust program takes it. */
export function addrOf(network: Network): PeerAddr {
  const { id, addrs } = network.local.address();
  return {
    id: id.hex,
    relayUrls: addrs.flatMap((addr) => (addr.kind === "relay" ? [addr.value] : [])),
    directAddrs: addrs.flatMap((addr) => (addr.kind === "ip" ? [addr.value] : [])),
  };
}

/** Fails if the promise takes longer than `ms`. */
export async function within<T>(ms: number, promise: PromiseLike<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const LOOK_EVERY_MS = 5;

/** Waits for a condition that nothing notifies of. */
export async function until(ms: number, condition: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** What an iterator of events gives from now on, as it comes. */
export function gather<T>(events: AsyncIterable<T>): readonly T[] {
  const gathered: T[] = [];
  void (async () => {
    for await (const event of events) gathered.push(event);
  })();
  return gathered;
}
