import type { RustCollection } from "./collection.js";
import type { EntryRange, InsertLoad, ReadLoad, ReadLoadResult } from "./collection-protocol.js";
import type { CommandLoadResult } from "./group-protocol.js";

const LOAD_TIMEOUT_MS = 120_000;

/** Loads on a map of numbered entries at a Rust node: `key-<n>` has the value n. */
export class RustNumberedMap {
  constructor(readonly map: RustCollection) {}

  /** Inserts entry after entry, as fast as answers come, and measures. */
  insertEach(load: InsertLoad): Promise<CommandLoadResult> {
    return this.#request("insertEach", load);
  }

  /** Inserts many with each command. Resolves when this node has them. */
  async fill(range: EntryRange): Promise<void> {
    await this.#request("fill", range);
  }

  /** Reads the first keys in turn. */
  getEach(load: ReadLoad): Promise<ReadLoadResult> {
    return this.#request("getEach", load);
  }

  /** How many of the entries are those of the first numbers, as many as there are. */
  async right(): Promise<number> {
    return (await this.#request<{ right: number }>("numberedEntries", {})).right;
  }

  #request<T>(command: string, args: object): Promise<T> {
    const { node, handle } = this.map;
    return node.request<T>(command, { collection: handle, ...args }, { timeoutMs: LOAD_TIMEOUT_MS });
  }
}
