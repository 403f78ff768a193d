import { invalid, requireAddr, requireAlpns, requireBytes, requireU32 } from "./arguments.js";
import { IrohConnection } from "./connection.js";
import { IrohExchange } from "./exchange.js";
import { endpointClosed, transportError } from "./failure.js";
import { Mailbox } from "./mailbox.js";
import { native, type NativeConnection, type NativeEndpoint } from "./native.js";
import { endpointConfig } from "./options.js";
import {
  TransportError,
  type Connection,
  type Endpoint,
  type EndpointAddr,
  type EndpointId,
  type EndpointOptions,
  type Exchange,
  type Transport,
} from "./transport.js";

/** The QUIC transport of iroh. */
export const iroh: Transport = { bind: (options) => IrohEndpoint.bind(options) };

/** An endpoint of iroh. Open, it keeps the process alive; closed, it leaves nothing behind. */
export class IrohEndpoint implements Endpoint {
  readonly id: EndpointId;
  readonly #native: NativeEndpoint;
  readonly #mailbox: Mailbox;
  readonly #hasRelays: boolean;
  readonly #listeners = new Set<(addr: EndpointAddr) => void>();
  #addr: EndpointAddr;
  /** What the listeners know, as JSON. */
  #announced = "";
  #closing: Promise<void> | undefined;

  /** @throws TransportError `bind`, `invalidArgument`; `nativeLoadError()` where the Rust half is missing. */
  static async bind(options: EndpointOptions): Promise<IrohEndpoint> {
    const binding = native();
    const config = endpointConfig(options);
    const mailbox = new Mailbox(binding);
    if (options.mdns !== undefined) mailbox.onFound = options.mdns.onPeer;
    try {
      return await mailbox.begin<IrohEndpoint>(
        (operation) => {
          const failure = binding.bind(mailbox.native, operation.number, config);
          if (failure !== null) operation.reject(transportError(failure));
        },
        (value) => new IrohEndpoint(value as NativeEndpoint, mailbox, config.relayMode !== "none"),
      ).promise;
    } catch (error) {
      mailbox.close();
      throw error;
    }
  }

  private constructor(endpoint: NativeEndpoint, mailbox: Mailbox, hasRelays: boolean) {
    this.#hasRelays = hasRelays;
    this.#native = endpoint;
    this.#mailbox = mailbox;
    this.id = endpoint.id;
    this.#addr = endpoint.addr() ?? { id: endpoint.id, relayUrls: [], directAddrs: [] };
  }

  addr(): EndpointAddr {
    this.#addr = this.#native.addr() ?? this.#addr;
    return this.#addr;
  }

  isOnline(): boolean {
    return this.#closing === undefined && (!this.#hasRelays || this.#native.hasRelay());
  }

  watchAddr(listener: (addr: EndpointAddr) => void): () => void {
    // A wrapper of its own for each call: one listener may watch twice, and leave once.
    const entry = (addr: EndpointAddr): void => listener(addr);
    this.#listeners.add(entry);
    if (this.#listeners.size === 1) this.#announced = this.#state(this.addr());
    this.#mailbox.onAddr = (addr) => this.#addrChanged(addr);
    this.#native.watchAddr();
    return () => void this.#listeners.delete(entry);
  }

  networkChange(): void {
    this.#native.networkChange();
  }

  async dial(
    addr: EndpointAddr,
    alpns: readonly string[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Connection> {
    requireAddr(addr);
    requireAlpns(alpns);
    if (alpns.length === 0) throw invalid("a dial offers at least one protocol");
    if (this.#closing !== undefined) throw endpointClosed();
    if (signal?.aborted) throw cancelled(signal);
    const dial = this.#mailbox.begin<Connection>(
      (operation) => {
        const failure = this.#native.dial(operation.number, addr, alpns);
        if (failure !== null) operation.reject(transportError(failure));
      },
      (connection) => this.#adopt(connection),
    );
    const abort = (): void => {
      this.#native.cancelDial(dial.number);
      dial.reject(cancelled(signal!));
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await dial.promise;
    } catch (error) {
      // iroh says of a dial that its endpoint gave up only that it failed.
      if (this.#closing !== undefined && !signal?.aborted) throw endpointClosed();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  exchange(addr: EndpointAddr, alpn: string, message: Uint8Array, answerBytesMax: number): Exchange {
    requireAddr(addr);
    requireAlpns([alpn]);
    requireBytes(message, "the message of an exchange");
    if (message.length === 0) throw invalid("the message of an exchange has at least 1 byte");
    requireU32(answerBytesMax, "the longest answer of an exchange");
    if (this.#closing !== undefined) throw endpointClosed();
    const operation = this.#mailbox.begin<Uint8Array>(
      (started) => {
        const failure = this.#native.exchange(started.number, addr, alpn, message, answerBytesMax);
        if (failure !== null) started.reject(transportError(failure));
      },
      (answer) => answer as Uint8Array,
    );
    return new IrohExchange(this.#native, operation, () => this.#closing !== undefined);
  }

  async accept(): Promise<Connection | undefined> {
    if (this.#closing !== undefined) return undefined;
    const accept = this.#mailbox.begin<Connection | undefined>(
      ({ number }) => this.#native.accept(number),
      (connection) => (connection === undefined ? undefined : this.#adopt(connection)),
      (operation) => operation.resolve(undefined),
    );
    return accept.promise;
  }

  unref(): void {
    if (this.#closing === undefined) this.#mailbox.native.unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Connections, streams and operations that wait for events now: none are left when everything has ended. */
  get openHandles(): number {
    return this.#mailbox.keptCount;
  }

  async #close(): Promise<void> {
    this.addr();
    await this.#mailbox.begin<void>(
      ({ number }) => this.#native.close(number),
      () => {},
    ).promise;
    this.#mailbox.close();
  }

  #adopt(connection: unknown): Connection {
    return new IrohConnection(connection as NativeConnection, this.#mailbox);
  }

  #state(addr: EndpointAddr): string {
    return JSON.stringify([addr, this.isOnline()]);
  }

  #addrChanged(addr: EndpointAddr): void {
    const announced = this.#state(addr);
    if (announced === this.#announced) return;
    this.#announced = announced;
    for (const listener of [...this.#listeners]) listener(addr);
  }
}

function cancelled(signal: AbortSignal): TransportError {
  return new TransportError("cancelled", "the dial was cancelled", { cause: signal.reason });
}
