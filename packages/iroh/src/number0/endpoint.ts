import { invalid, requireAlpns } from "../arguments.js";
import { ComposedExchange } from "../composed-exchange.js";
import { endpointClosed } from "../failure.js";
import { guarded } from "../guarded.js";
import {
  TransportError,
  type Connection,
  type Endpoint,
  type EndpointAddr,
  type EndpointId,
  type EndpointOptions,
  type Exchange,
} from "../transport.js";
import { Acceptor } from "./acceptor.js";
import { ownAddr, target } from "./address.js";
import type { BoundConnection, BoundEndpoint, BoundEndpointAddr, Number0Binding } from "./binding.js";
import { Number0Connection } from "./connection.js";
import { missingFamilies, number0Builder, number0Config, type Number0Config } from "./options.js";
import { dialFailureOf, wordsOf } from "./words.js";

/** How long a closing endpoint waits for its peers to hear of it, in ms. */
const CLOSE_TIMEOUT_MS = 400;
/** How often the address is looked at while somebody watches it, in ms: the binding's own watching ends the process. */
const LOOK_EVERY_MS = 250;

/** An endpoint of `@number0/iroh`. Open, it keeps the process alive. */
export class Number0Endpoint implements Endpoint {
  readonly id: EndpointId;
  readonly hasExporter = false;
  readonly #binding: Number0Binding;
  readonly #bound: BoundEndpoint;
  readonly #config: Number0Config;
  readonly #ownRelays: ReadonlySet<string>;
  /** The families of addresses that it was bound to. */
  readonly #families: readonly number[];
  readonly #acceptor: Acceptor<Connection>;
  readonly #connections = new Set<Number0Connection>();
  /** What ends each dial under way. */
  readonly #dials = new Set<(error: TransportError) => void>();
  readonly #listeners = new Set<(addr: EndpointAddr) => void>();
  #looking: NodeJS.Timeout | undefined;
  #addr: EndpointAddr;
  /** What the listeners know, as JSON. */
  #announced = "";
  #closing: Promise<void> | undefined;

  /** @throws TransportError `bind`, `invalidArgument` */
  static async bind(binding: Number0Binding, options: EndpointOptions): Promise<Number0Endpoint> {
    const config = number0Config(options);
    const isPartial = missingFamilies(config.bindAddrs).length > 0;
    let bound: BoundEndpoint;
    try {
      // A machine may have one family of addresses only, and then no loopback of the other.
      const shut = isPartial ? number0Builder(binding, config, true).bind() : Promise.reject(new Error());
      bound = await shut.catch(() => number0Builder(binding, config, false).bind());
    } catch (error) {
      throw new TransportError("bind", `the endpoint could not be bound: ${wordsOf(error)}`, { cause: error });
    }
    return new Number0Endpoint(binding, bound, config);
  }

  private constructor(binding: Number0Binding, bound: BoundEndpoint, config: Number0Config) {
    this.#binding = binding;
    this.#bound = bound;
    this.#config = config;
    this.#ownRelays = new Set(typeof config.relay === "string" ? [] : config.relay.map(({ url }) => new URL(url).href));
    const missing = missingFamilies(config.bindAddrs);
    this.#families = [4, 6].filter((family) => !missing.some((other) => other === family));
    this.#addr = ownAddr(bound, this.#families);
    this.id = this.#addr.id;
    this.#acceptor = new Acceptor<Connection>(bound, (connection) => this.#adopt(connection, "acceptor"));
  }

  addr(): EndpointAddr {
    if (this.#closing === undefined) this.#addr = ownAddr(this.#bound, this.#families);
    return this.#addr;
  }

  /** The binding tells which relay is this endpoint's, which it is as soon as it has answered. */
  isOnline(): boolean {
    return this.#closing === undefined && (this.#config.relay === "none" || this.addr().relayUrls.length > 0);
  }

  watchAddr(listener: (addr: EndpointAddr) => void): () => void {
    // A wrapper of its own for each call: one listener may watch twice, and leave once.
    const entry = (addr: EndpointAddr): void => listener(addr);
    this.#listeners.add(entry);
    if (this.#looking === undefined && this.#closing === undefined) {
      this.#announced = this.#state();
      this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    }
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size === 0) this.#stopLooking();
    };
  }

  /** The binding takes no hints: it notices most changes by itself. */
  networkChange(): void {}

  /**
   * The binding offers one protocol a dial: they are offered one after the other, in the order given, until the peer accepts one.
   */
  async dial(
    addr: EndpointAddr,
    alpns: readonly string[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Connection> {
    const to = target(this.#binding, addr, this.#ownRelays);
    requireAlpns(alpns);
    if (alpns.length === 0) throw invalid("a dial offers at least one protocol");
    if (this.#closing !== undefined) throw endpointClosed();
    for (let next = 0; ;) {
      try {
        return await this.#dialOne(to, alpns[next++]!, signal);
      } catch (error) {
        const isRefused = error instanceof TransportError && error.code === "alpnRefused";
        if (!isRefused || next === alpns.length) throw error;
      }
    }
  }

  exchange(addr: EndpointAddr, alpn: string, message: Uint8Array, answerBytesMax: number): Exchange {
    if (this.#closing !== undefined) throw endpointClosed();
    return new ComposedExchange(this, { addr, alpn, message, answerBytesMax });
  }

  accept(): Promise<Connection | undefined> {
    return this.#acceptor.take();
  }

  /** The binding holds the process as long as it waits for connections: this changes nothing. */
  unref(): void {}

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Connections and halves of streams that have not ended. */
  get openHandles(): number {
    return [...this.#connections].reduce((total, connection) => total + 1 + connection.keptCount, 0);
  }

  async #close(): Promise<void> {
    this.addr();
    this.#stopLooking();
    for (const end of [...this.#dials]) end(endpointClosed());
    for (const connection of [...this.#connections]) connection.close(0, "");
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)));
    await Promise.race([this.#bound.close(), timeout]);
    clearTimeout(timer);
    this.#acceptor.end();
  }

  /** A dial cannot be taken back from the binding: a connection that comes of one that was given up is closed. */
  #dialOne(to: BoundEndpointAddr, alpn: string, signal: AbortSignal | undefined): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const giveUp = (error: TransportError): void => {
        settle();
        reject(error);
      };
      const abort = (): void =>
        giveUp(new TransportError("cancelled", "the dial was cancelled", { cause: signal!.reason }));
      const late = (): void => giveUp(new TransportError("unreachable", "the peer did not answer"));
      const timer = setTimeout(late, this.#config.dialTimeoutMs).unref();
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#dials.delete(giveUp);
      };
      this.#dials.add(giveUp);
      signal?.addEventListener("abort", abort, { once: true });
      if (signal?.aborted === true) return abort();
      this.#bound.connect(to, Array.from(new TextEncoder().encode(alpn))).then(
        (bound) => {
          if (!this.#dials.has(giveUp)) return bound.close(0n, []);
          settle();
          resolve(this.#adopt(bound, "dialler"));
        },
        (error: unknown) => giveUp(dialFailureOf(wordsOf(error))),
      );
    });
  }

  /** Keeps a connection until it has ended. */
  #adopt(bound: BoundConnection, side: "dialler" | "acceptor"): Connection {
    const streams = this.#config.maxIncomingStreams;
    if (streams !== undefined) {
      bound.setMaxConcurrentBiStreams(BigInt(streams));
      bound.setMaxConcurrentUniStreams(BigInt(streams));
    }
    const connection = new Number0Connection(bound, side);
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    return connection;
  }

  #state(): string {
    return JSON.stringify([this.addr(), this.isOnline()]);
  }

  #look(): void {
    const state = this.#state();
    if (state === this.#announced) return;
    this.#announced = state;
    for (const listener of [...this.#listeners]) guarded(() => listener(this.#addr));
  }

  #stopLooking(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}
