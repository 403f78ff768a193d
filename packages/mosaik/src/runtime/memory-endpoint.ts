import { ComposedExchange } from "@mosaik/iroh/composed-exchange";
import {
  type Connection,
  type Endpoint,
  type EndpointAddr,
  type Exchange,
  TransportError,
} from "@mosaik/iroh/transport";
import { requireDial } from "./memory-arguments.js";
import type { MemoryConnection } from "./memory-connection.js";

import {
  Dial,
  DialTimeout,
  Handshake,
  type DialPolicy,
  type HandshakeGround,
  type HandshakeParty,
} from "./memory-handshake.js";
import { MemoryInbox } from "./memory-inbox.js";
import type { SimulatedHost } from "./simulated-host.js";

/** How long a dial waits for an answer, in ms, unless the idle timeout is shorter. */
const dialTimeoutMs = 10_000;

/** The limits of an endpoint, none left out. */
export interface EndpointLimits {
  readonly alpns: readonly string[];
  readonly receiveWindowBytes: number;
  readonly sendWindowBytes: number;
  readonly incomingStreamsMax: number;
  readonly idleTimeoutMs: number;
}

/** The network as its endpoints see it. */
export interface EndpointNetwork {
  /** The endpoint at an address; `unknown` where nothing of the address says where it is. */
  resolve(addr: EndpointAddr): HandshakeParty | "silence" | "unknown";
  /** The ground of a new connection. */
  ground(from: SimulatedHost, to: SimulatedHost): HandshakeGround;
  /** The connections of the whole network grow and shrink. */
  readonly connections: Set<MemoryConnection>;
  /** The endpoint does not exist any more. */
  remove(endpoint: MemoryEndpoint): void;
}

/** An endpoint of the memory network. */
export class MemoryEndpoint implements Endpoint, HandshakeParty {
  readonly id: string;
  readonly host: SimulatedHost;
  readonly alpns: readonly string[];
  readonly receiveWindowBytes: number;
  readonly sendWindowBytes: number;
  readonly incomingStreamsMax: number;
  readonly idleTimeoutMs: number;
  dialPolicy: DialPolicy = "accept";
  readonly #network: EndpointNetwork;
  readonly #connections = new Set<MemoryConnection>();
  readonly #dials = new Set<Dial>();
  readonly #accepted = new MemoryInbox<Connection | undefined>();
  readonly #watchers = new Set<(addr: EndpointAddr) => void>();
  #addr: EndpointAddr;
  #isClosed = false;

  constructor(addr: EndpointAddr, host: SimulatedHost, limits: EndpointLimits, network: EndpointNetwork) {
    this.id = addr.id;
    this.host = host;
    this.alpns = [...limits.alpns];
    this.receiveWindowBytes = limits.receiveWindowBytes;
    this.sendWindowBytes = limits.sendWindowBytes;
    this.incomingStreamsMax = limits.incomingStreamsMax;
    this.idleTimeoutMs = limits.idleTimeoutMs;
    this.#addr = addr;
    this.#network = network;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  addr(): EndpointAddr {
    return this.#addr;
  }

  /** Its relays, if it has any, never fail. */
  isOnline(): boolean {
    return !this.#isClosed;
  }

  watchAddr(listener: (addr: EndpointAddr) => void): () => void {
    const watcher = (addr: EndpointAddr): void => listener(addr);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Everything of this network is noticed when it happens. */
  networkChange(): void {}

  /** The endpoint is found at other addresses from now on; its connections stay. */
  move(addr: EndpointAddr): void {
    this.#addr = addr;
    for (const watcher of [...this.#watchers]) watcher(addr);
  }

  async dial(
    addr: EndpointAddr,
    alpns: readonly string[],
    options: { signal?: AbortSignal } = {},
  ): Promise<Connection> {
    requireDial(addr, alpns);
    const { signal } = options;
    if (this.#isClosed) throw endpointClosed();
    if (signal?.aborted === true) throw cancelled();
    if (addr.id === this.id) throw new TransportError("selfDial", "an endpoint cannot dial itself");
    const target = this.#network.resolve(addr);
    if (target === "unknown") throw new TransportError("noAddress", `no address is known for ${addr.id.slice(0, 10)}`);
    const dial = new Dial();
    const timeout = new DialTimeout(this.host, () => dial.fail("unreachable", "the peer did not answer"));
    const onAbort = (): void => dial.fail("cancelled", "the dial was cancelled");
    const { time } = this.host;
    time.schedule(timeout, Math.min(dialTimeoutMs, this.idleTimeoutMs) * 1_000);
    signal?.addEventListener("abort", onAbort);
    this.#dials.add(dial);
    if (target !== "silence") {
      new Handshake(dial, this, target, alpns, this.#network.ground(this.host, target.host)).begin();
    }
    try {
      return await dial.connection;
    } finally {
      this.#dials.delete(dial);
      signal?.removeEventListener("abort", onAbort);
      time.cancel(timeout);
    }
  }

  exchange(addr: EndpointAddr, alpn: string, message: Uint8Array, answerBytesMax: number): Exchange {
    if (this.#isClosed) throw endpointClosed();
    return new ComposedExchange(this, { addr, alpn, message, answerBytesMax });
  }

  accept(): Promise<Connection | undefined> {
    return this.#accepted.take();
  }

  /** Virtual time holds no process. */
  unref(): void {}

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#network.remove(this);
      for (const dial of [...this.#dials]) dial.fail("closed", "the endpoint is closed");
      for (const connection of [...this.#connections]) connection.close(0, "");
      this.#accepted.end(() => Promise.resolve(undefined), false);
      this.#watchers.clear();
    }
    return Promise.resolve();
  }

  /** Loses all state without a word to anybody: peers hear nothing until they give up. */
  die(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#network.remove(this);
    for (const dial of this.#dials) dial.abandon();
    for (const connection of [...this.#connections]) connection.die();
  }

  adopt(connection: MemoryConnection): void {
    this.#connections.add(connection);
    this.#network.connections.add(connection);
  }

  release(connection: MemoryConnection): void {
    this.#connections.delete(connection);
    this.#network.connections.delete(connection);
  }

  admit(connection: MemoryConnection): void {
    if (this.#isClosed) connection.close(0, "");
    else this.#accepted.push(connection);
  }
}

function endpointClosed(): TransportError {
  return new TransportError("closed", "the endpoint is closed");
}

function cancelled(): TransportError {
  return new TransportError("cancelled", "the dial was cancelled");
}
