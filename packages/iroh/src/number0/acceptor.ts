import type { BoundConnection, BoundEndpoint, Incoming } from "./binding.js";

/** Handshakes under way and connections that nobody has accepted yet. When there are as many, the next ones wait in QUIC. */
const WAITING_MAX = 256;

/** Takes the connections of an endpoint: handshakes run side by side, and one that fails is skipped. */
export class Acceptor<C> {
  readonly #admit: (bound: BoundConnection) => C;
  readonly #ready: C[] = [];
  readonly #takers: ((connection: C | undefined) => void)[] = [];
  #handshakes = 0;
  #onRoom: (() => void) | undefined;
  #hasEnded = false;

  /** @param admit makes what is accepted of a connection whose handshake is done */
  constructor(endpoint: BoundEndpoint, admit: (bound: BoundConnection) => C) {
    this.#admit = admit;
    void this.#listen(endpoint);
  }

  /** The next connection; `undefined` once the endpoint is closed. */
  take(): Promise<C | undefined> {
    const connection = this.#ready.shift();
    this.#onRoom?.();
    if (connection !== undefined || this.#hasEnded) return Promise.resolve(connection);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Nothing more is accepted. */
  end(): void {
    this.#hasEnded = true;
    this.#ready.length = 0;
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
    this.#onRoom?.();
  }

  async #listen(endpoint: BoundEndpoint): Promise<void> {
    while (!this.#hasEnded) {
      const incoming = await endpoint.acceptNext();
      if (incoming === null) return this.end();
      void this.#shakeHands(incoming);
      while (this.#handshakes + this.#ready.length >= WAITING_MAX && !this.#hasEnded) await this.#room();
    }
  }

  async #shakeHands(incoming: Incoming): Promise<void> {
    this.#handshakes++;
    try {
      const bound = await (await incoming.accept()).connect();
      if (this.#hasEnded) return bound.close(0n, []);
      const connection = this.#admit(bound);
      const taker = this.#takers.shift();
      if (taker === undefined) this.#ready.push(connection);
      else taker(connection);
    } catch {
      // A peer that fails its handshake concerns nobody else.
    } finally {
      this.#handshakes--;
      this.#onRoom?.();
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => (this.#onRoom = resolve));
  }
}
