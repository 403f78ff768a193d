import type { RequestOptions } from "./peer.js";
import type { ConsumerInfo } from "./protocol.js";
import { StreamHandle } from "./stream-handle.js";

/** A consumer of a Rust node. */
export class RustConsumer<T> extends StreamHandle {
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
}
