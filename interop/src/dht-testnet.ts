import type { RustItem, RustSlot, SlotRecord, TestnetOptions } from "./dht-protocol.js";
import { RustPeer, type StartOptions } from "./peer.js";

/** A client waits a second for a node that is gone, once for every step of a lookup. */
const TIMEOUT_MS = 30_000;

/**
 * A Mainline DHT of its own: nodes of the crate `mainline` that know only each other, in a process of its own, and the crate's client
 * of it.
 *
 * @example
 * await using dht = await DhtTestnet.start({ count: 8 });
 * await Network.join("demo", { discovery: { dht: { routers: dht.bootstrap } } });
 * await dht.slots("demo");
 */
export class DhtTestnet implements AsyncDisposable {
  readonly #peer: RustPeer;

  /** Resolves when every node knows all. */
  static async start({ count, addresses }: TestnetOptions, options?: StartOptions): Promise<DhtTestnet> {
    const peer = await RustPeer.start(options);
    try {
      const { bootstrap } = await peer.request<{ bootstrap: string[] }>("dhtTestnet", { count, at: addresses });
      return new DhtTestnet(peer, bootstrap);
    } catch (error) {
      await peer.close();
      throw error;
    }
  }

  private constructor(
    peer: RustPeer,
    /** Where the nodes listen. */
    readonly bootstrap: readonly string[],
  ) {
    this.#peer = peer;
  }

  /** Ends a node with all that it stored. */
  async stopNode(index: number): Promise<void> {
    await this.#peer.request("dhtNodeStop", { index });
  }

  /** Starts another node, which stores nothing yet, where a stopped one was. */
  async startNode(index: number): Promise<void> {
    await this.#peer.request("dhtNodeStart", { index });
  }

  /** What mosaik in Rust would read in a network's sixteen slots. */
  async slots(network: string): Promise<readonly RustSlot[]> {
    return (await this.#request<{ slots: RustSlot[] }>("dhtSlots", { network })).slots;
  }

  /** Writes a slot as pkarr does, without cas. Returns how many nodes stored it. */
  async publish(network: string, record: SlotRecord): Promise<number> {
    return (await this.#request<{ stored: number }>("dhtPublish", { network, ...record })).stored;
  }

  /** The newest item of a key, which is hexadecimal. */
  async get(publicKey: string): Promise<RustItem | null> {
    return (await this.#request<{ item: RustItem | null }>("dhtGet", { publicKey })).item;
  }

  /**
   * Stores an item by a secret key, which is hexadecimal. Returns how many nodes stored it.
   *
   * @throws {RustPeerError} where most nodes had something newer, or something else than `cas`
   */
  async put(seed: string, item: RustItem, cas?: number): Promise<number> {
    return (await this.#request<{ stored: number }>("dhtPut", { seed, ...item, cas })).stored;
  }

  async close(): Promise<void> {
    await this.#peer.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #request<T>(cmd: string, args: object): Promise<T> {
    return this.#peer.request<T>(cmd, { bootstrap: this.bootstrap, ...args }, { timeoutMs: TIMEOUT_MS });
  }
}
