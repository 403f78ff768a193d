import type { RequestOptions } from "./peer.js";
import type { Accepted, Load, ProducerInfo } from "./protocol.js";
import { StreamHandle } from "./stream-handle.js";

const LOAD_TIMEOUT_MS = 60_000;

/** A producer of a Rust node. */
export class RustProducer<T> extends StreamHandle {
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
}
