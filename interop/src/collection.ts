import type { CollectionInfo, CollectionStep, OpenedCollection } from "./collection-protocol.js";
import type { RustNode } from "./node.js";
import type { RequestOptions } from "./peer.js";

const WRITE_TIMEOUT_MS = 60_000;

/** A reader or writer of a collection at a Rust node. */
export class RustCollection {
  readonly handle: string;
  /** In hexadecimal. */
  readonly groupId: string;

  constructor(
    readonly node: RustNode,
    opened: OpenedCollection,
  ) {
    this.handle = opened.collection;
    this.groupId = opened.groupId;
  }

  /** Carries steps out, one sent right behind the other. Resolves with their versions when this node has applied all of them. */
  async write(...steps: readonly CollectionStep[]): Promise<readonly number[]> {
    const args = { collection: this.handle, steps };
    const { versions } = await this.node.request<{ versions: number[] }>("write", args, {
      timeoutMs: WRITE_TIMEOUT_MS,
    });
    return versions;
  }

  info(): Promise<CollectionInfo> {
    return this.node.request("collectionInfo", { collection: this.handle });
  }

  /** All there is, in the order of the crate's iterator. */
  async entries(): Promise<readonly unknown[]> {
    return (await this.node.request<{ entries: unknown[] }>("collectionEntries", { collection: this.handle })).entries;
  }

  /** Waits until it is online. */
  async online(options?: RequestOptions): Promise<void> {
    await this.node.request("waitCollection", { collection: this.handle, online: true }, options);
  }

  /** Waits until it has applied all up to a version. */
  async reaches(version: number, options?: RequestOptions): Promise<void> {
    await this.node.request("waitCollection", { collection: this.handle, version }, options);
  }

  /** Gives it up: the node leaves its group. */
  drop(): Promise<void> {
    return this.node.drop(this.handle);
  }
}
