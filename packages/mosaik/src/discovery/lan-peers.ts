import type { EndpointAddr, MdnsOptions } from "@mosaik/iroh/transport";
import type { Counter } from "../metrics/index.js";
import { endpointAddress, type EndpointAddress, type LocalNode } from "../network/index.js";
import { TaskPool, toHex, type NetworkId } from "../primitives/index.js";
import type { CancelTimer, Runtime } from "../runtime/index.js";

/** Peers that are pinged at once, and that wait for it: anybody on the local network can name as many as it likes. */
const CONCURRENT_MAX = 8;
const WAITING_MAX = 64;
/** The pauses before a peer that did not answer is asked again, in ms: multicast DNS tells of it only once. */
const RETRY_AFTER_MS = [1000, 2000, 4000, 8000, 16_000, 32_000];

interface Found {
  readonly address: EndpointAddress;
  readonly attempt: number;
}

/** Peers that multicast DNS finds on the local network: each is pinged, for a minute again and again, and taken in where it answers. */
export class LanPeers {
  readonly #runtime: Pick<Runtime, "after">;
  readonly #ping: (address: EndpointAddress) => Promise<boolean>;
  readonly #pool = new TaskPool<Found>(CONCURRENT_MAX, (found) => this.#ask(found));
  readonly #retries = new Set<CancelTimer>();
  readonly #ignored: Counter;
  #isClosed = false;

  /** @param ping asks a peer whether it is there, and takes it in if it is. Never rejects */
  constructor(node: Pick<LocalNode, "runtime" | "metrics">, ping: (address: EndpointAddress) => Promise<boolean>) {
    this.#runtime = node.runtime;
    this.#ignored = node.metrics.counter("mosaik.discovery.lan.ignored");
    this.#ping = ping;
  }

  found(addr: EndpointAddr): void {
    this.#add({ address: endpointAddress(addr), attempt: 0 });
  }

  close(): void {
    this.#isClosed = true;
    this.#pool.clear();
    for (const cancel of this.#retries) cancel();
  }

  #add(found: Found): void {
    if (this.#isClosed) return;
    if (this.#pool.size + this.#retries.size < WAITING_MAX) this.#pool.add(found);
    else this.#ignored.add();
  }

  async #ask({ address, attempt }: Found): Promise<void> {
    const delayMs = RETRY_AFTER_MS[attempt];
    if ((await this.#ping(address)) || delayMs === undefined || this.#isClosed) return;
    const cancel = this.#runtime.after(delayMs, () => {
      this.#retries.delete(cancel);
      this.#add({ address, attempt: attempt + 1 });
    });
    this.#retries.add(cancel);
  }
}

/**
 * What a transport needs so that members of a network find each other on the local network, whoever takes them.
 *
 * @param onPeer told of each endpoint that is found
 */
export function mdnsOf(runtime: Pick<Runtime, "hash">, network: NetworkId, onPeer: MdnsOptions["onPeer"]): MdnsOptions {
  const text = new TextEncoder().encode("mosaik mdns service ");
  const digest = runtime.hash(new Uint8Array([...text, ...network.bytes]));
  return { serviceName: `m${toHex(digest.subarray(0, 7))}`, onPeer };
}
