import type { DhtClient, DhtOptions, SlotWorker } from "../dht/index.js";
import type { EndpointAddress, LocalNode } from "../network/index.js";
import { Backoff } from "../primitives/index.js";

/** How it is tried to open the client, again and again: there may be no network yet. */
const OPEN_BACKOFF = { initialMs: 1000, factor: 2, maxMs: 60_000, jitter: 0.3 };

export interface DhtBootstrapContext {
  readonly node: LocalNode;
  /** Asks a peer whether it is there; takes it in if it is. Never rejects. */
  readonly ping: (address: EndpointAddress) => Promise<boolean>;
  readonly neighborCount: () => number;
}

/** Finds peers in the slots that the network has in the Mainline DHT. Nothing of it is loaded before `start`. */
export class DhtBootstrap {
  readonly #context: DhtBootstrapContext;
  readonly #options: DhtOptions;
  #client: DhtClient | undefined;
  #worker: SlotWorker | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(context: DhtBootstrapContext, options: DhtOptions) {
    this.#context = context;
    this.#options = options;
  }

  start(backoff: Backoff = new Backoff(OPEN_BACKOFF)): void {
    const { runtime } = this.#context.node;
    void this.#open().catch((error: unknown) => {
      runtime.report(error, "opening a client of the DHT");
      this.#cancelTimer = runtime.after(backoff.nextMs(runtime.random.unit()), () => this.start(backoff));
    });
  }

  /** Leaves this node's slot to others. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    await this.#worker?.close();
    this.#client?.close();
  }

  async #open(): Promise<void> {
    const { node, ...context } = this.#context;
    const { DhtClient: Client, SlotWorker: Worker } = await import("../dht/index.js");
    const client = await Client.open(node.runtime, this.#options);
    if (node.closing.aborted) return client.close();
    this.#client = client;
    const { runtime, metrics, networkId: network } = node;
    this.#worker = new Worker({ ...context, runtime, metrics, client, network, self: () => node.address() });
    this.#worker.start();
  }
}
