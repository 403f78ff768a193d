import type { RequestOptions } from "./peer.js";
import type { RustNode } from "./node.js";
import type { Accepted, Load, ProducerInfo } from "./protocol.js";

const LOAD_TIMEOUT_MS = 60_000;

/** A producer of a Rust node. */
export class RustProducer<T> {
  constructor(
    private readonly node: RustNode,
    readonly handle: string,
    readonly streamId: string,
  ) {}

  /** Resolves when the producer has taken all values; it waits while the producer is offline or full. */
  send(values: readonly T[], options?: RequestOptions): Promise<Accepted> {
    return this.node.request("send", { producer: this.handle, values }, options);
  }

  /** Produces generated datums, as fast as they are taken. */
  sendMany(load: Load, options: RequestOptions = {}): Promise<Accepted & { elapsedMs: number }> {
    const args = { producer: this.handle, ...load };
    return this.node.request("produceMany", args, { timeoutMs: LOAD_TIMEOUT_MS, ...options });
  }

  info(): Promise<ProducerInfo> {
    return this.node.request("producerInfo", { producer: this.handle });
  }

  async online(options?: RequestOptions): Promise<void> {
    await this.node.request("waitOnline", { handle: this.handle }, options);
  }

  /** Resolves when at least `minimum` consumers are connected. */
  async subscribed(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitSubscribed", { handle: this.handle, minimum }, options);
  }

  /** Resolves when fewer than `minimum` consumers are connected. */
  async unsubscribed(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitSubscribed", { handle: this.handle, minimum, unmet: true }, options);
  }

  drop(): Promise<void> {
    return this.node.drop(this.handle);
  }
}
