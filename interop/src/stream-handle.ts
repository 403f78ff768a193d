import type { RustNode } from "./node.js";
import type { RequestOptions } from "./peer.js";

/** The node of a stream, of either program. */
export type StreamNode = Pick<RustNode, "peer" | "request" | "drop">;

/** What a producer and a consumer of a Rust node have in common. */
export abstract class StreamHandle {
  constructor(
    protected readonly node: StreamNode,
    readonly handle: string,
    readonly streamId: string,
  ) {}

  async online(options?: RequestOptions): Promise<void> {
    await this.node.request("waitOnline", { handle: this.handle }, options);
  }

  /** Resolves when at least `minimum` peers are connected. */
  async subscribed(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitSubscribed", { handle: this.handle, minimum }, options);
  }

  /** Resolves when fewer than `minimum` peers are connected. */
  async unsubscribed(minimum = 1, options?: RequestOptions): Promise<void> {
    await this.node.request("waitSubscribed", { handle: this.handle, minimum, unmet: true }, options);
  }

  drop(): Promise<void> {
    return this.node.drop(this.handle);
  }
}
