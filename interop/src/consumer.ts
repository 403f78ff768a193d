import type { RustNode } from "./node.js";
import type { RequestOptions } from "./peer.js";
import type { ConsumerInfo } from "./protocol.js";

/** A consumer of a Rust node. */
export class RustConsumer<T> {
  constructor(
    private readonly node: RustNode,
    readonly handle: string,
    readonly streamId: string,
  ) {}

  /** What has arrived so far; nothing for a quiet consumer. */
  values(): T[] {
    const items = this.node.peer.events.of("item", (event) => event.consumer === this.handle);
    return items.map((item) => item.value as T);
  }

  /** Waits until `count` datums have arrived and returns all that have. */
  async received(count: number, options?: RequestOptions): Promise<T[]> {
    await this.counted(count, options);
    return this.values();
  }

  /** Waits until `count` datums have arrived, also on a quiet consumer. */
  counted(count: number, options?: RequestOptions): Promise<ConsumerInfo<T>> {
    return this.node.request("waitCount", { consumer: this.handle, count }, options);
  }

  info(): Promise<ConsumerInfo<T>> {
    return this.node.request("consumerInfo", { consumer: this.handle });
  }

  async online(options?: RequestOptions): Promise<void> {
    await this.node.request("waitOnline", { handle: this.handle }, options);
  }

  /** Resolves when at least `minimum` producers are connected. */
  async subscribed(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitSubscribed", { handle: this.handle, minimum }, options);
  }

  /** Resolves when fewer than `minimum` producers are connected. */
  async unsubscribed(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitSubscribed", { handle: this.handle, minimum, unmet: true }, options);
  }

  drop(): Promise<void> {
    return this.node.drop(this.handle);
  }
}
