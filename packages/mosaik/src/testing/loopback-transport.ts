import type {
  Connection,
  Endpoint,
  EndpointAddr,
  EndpointId,
  EndpointOptions,
  Exchange,
  Transport,
} from "../runtime/index.js";

/**
 * Keeps the endpoints of a live test on loopback and lets them find each other by id: an address book in place of the lookup
 * services that nothing in a test may talk to.
 */
export class LoopbackTransport {
  readonly #endpoints = new Map<EndpointId, Endpoint>();

  /** A transport that binds to loopback, without a relay, unless an endpoint asks for other addresses or relays by URL. */
  over(transport: Transport): Transport {
    return {
      bind: async (options: EndpointOptions) => {
        const relay = options.relay === "default" ? "none" : (options.relay ?? "none");
        const endpoint = await transport.bind({ bindAddrs: ["127.0.0.1:0"], ...options, relay });
        const found = new FindingEndpoint(endpoint, (addr) => this.#lookUp(addr));
        this.#endpoints.set(endpoint.id, found);
        return found;
      },
    };
  }

  /** Closes every endpoint that was bound. */
  async close(): Promise<void> {
    await Promise.all([...this.#endpoints.values()].map((endpoint) => endpoint.close()));
    this.#endpoints.clear();
  }

  #lookUp(addr: EndpointAddr): EndpointAddr {
    const isBare = addr.directAddrs.length === 0 && addr.relayUrls.length === 0;
    return (isBare ? this.#endpoints.get(addr.id)?.addr() : undefined) ?? addr;
  }
}

/** An endpoint that looks bare ids up before it dials. */
class FindingEndpoint implements Endpoint {
  readonly id: EndpointId;
  readonly #inner: Endpoint;
  readonly #lookUp: (addr: EndpointAddr) => EndpointAddr;

  constructor(inner: Endpoint, lookUp: (addr: EndpointAddr) => EndpointAddr) {
    this.id = inner.id;
    this.#inner = inner;
    this.#lookUp = lookUp;
  }

  get hasExporter(): boolean {
    return this.#inner.hasExporter ?? true;
  }

  addr(): EndpointAddr {
    return this.#inner.addr();
  }

  isOnline(): boolean {
    return this.#inner.isOnline();
  }

  watchAddr(listener: (addr: EndpointAddr) => void): () => void {
    return this.#inner.watchAddr(listener);
  }

  networkChange(): void {
    this.#inner.networkChange();
  }

  dial(addr: EndpointAddr, alpns: readonly string[], options?: { signal?: AbortSignal }): Promise<Connection> {
    return this.#inner.dial(this.#lookUp(addr), alpns, options);
  }

  exchange(addr: EndpointAddr, alpn: string, message: Uint8Array, answerBytesMax: number): Exchange {
    return this.#inner.exchange(this.#lookUp(addr), alpn, message, answerBytesMax);
  }

  accept(): Promise<Connection | undefined> {
    return this.#inner.accept();
  }

  unref(): void {
    this.#inner.unref();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
