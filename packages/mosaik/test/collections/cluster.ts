import { beforeEach, expect } from "vitest";
import type { CollectionDef, Handle, Version } from "../../src/collections/index.js";
import type { Network, NetworkOptions } from "../../src/node/index.js";
import { useNodes, type Nodes } from "../nodes.js";

/** Of the tests in a live world only a part is to be played: interop/test/collections plays all kinds. `MOSAIK_LIVE=all` plays all. */
export const isSmoke = process.env["MOSAIK_WORLD"] === "live" && process.env["MOSAIK_LIVE"] !== "all";

const ONLINE_MS = 15_000;
/** What Rust's tests give a late member, and a write. */
const LATE_MS = 5000;
const WRITE_MS = 2000;
/** Writes that are under way at a time. */
const IN_FLIGHT = 1000;

type AnyHandle = Handle<{ readonly size: number }, object>;

/** Nodes that share collections: each handle is opened on a node of its own, and all nodes know each other. */
export class Cluster {
  readonly #networks: Network[] = [];

  constructor(readonly nodes: Nodes) {}

  /** New nodes that know all others. */
  async join(count: number, options: NetworkOptions = {}): Promise<Network[]> {
    const joined: Network[] = [];
    for (let i = 0; i < count; i++) {
      const network = await this.nodes.join(`node-${this.#networks.length}`, "test", options);
      this.#networks.push(network);
      joined.push(network);
    }
    if (this.#networks.length > 1) await this.nodes.discoverAll(...this.#networks);
    return joined;
  }

  /** Writers and readers of a collection, all online. */
  async open<R extends AnyHandle, W extends AnyHandle>(
    def: CollectionDef<R, W>,
    counts: { readonly writers: number; readonly readers: number },
  ): Promise<{ readonly writers: W[]; readonly readers: R[]; readonly networks: Network[] }> {
    const networks = await this.join(counts.writers + counts.readers);
    const writers = networks.slice(0, counts.writers).map((network) => def.writer(network));
    const readers = networks.slice(counts.writers).map((network) => def.reader(network));
    for (const handle of [...writers, ...readers]) await this.online(handle);
    return { writers, readers, networks };
  }

  /** A writer and a reader. */
  async pair<R extends AnyHandle, W extends AnyHandle>(
    def: CollectionDef<R, W>,
  ): Promise<readonly [writer: W, reader: R]> {
    const { writers, readers } = await this.open(def, { writers: 1, readers: 1 });
    return [writers[0]!, readers[0]!];
  }

  async lateReader<R extends AnyHandle, W extends AnyHandle>(def: CollectionDef<R, W>): Promise<R> {
    const [network] = await this.join(1);
    return this.online(def.reader(network!), LATE_MS);
  }

  async lateWriter<R extends AnyHandle, W extends AnyHandle>(def: CollectionDef<R, W>): Promise<W> {
    const [network] = await this.join(1);
    return this.online(def.writer(network!), LATE_MS);
  }

  async online<H extends AnyHandle>(handle: H, withinMs = ONLINE_MS): Promise<H> {
    await this.nodes.within(withinMs, handle.when().online(), "a handle to be online");
    return handle;
  }

  /** One write. */
  write<T>(write: PromiseLike<T>): Promise<T> {
    return this.nodes.within(WRITE_MS, write, "a write");
  }

  /** A write for each number from `start`, many of them under way at a time. @returns the last version */
  async writeEach(start: number, count: number, write: (i: number) => Promise<Version>): Promise<Version> {
    let last = 0;
    for (let at = start; at < start + count; at += IN_FLIGHT) {
      const writes = Array.from({ length: Math.min(IN_FLIGHT, start + count - at) }, (_, i) => write(at + i));
      last = Math.max(...(await this.nodes.within(WRITE_MS + 10 * IN_FLIGHT, Promise.all(writes), "writes")));
    }
    return last;
  }

  /** All have what the furthest of them has. */
  async settle(...handles: AnyHandle[]): Promise<void> {
    const version = Math.max(...handles.map((handle) => handle.version));
    for (const handle of handles) {
      await this.nodes.within(30_000, handle.when().reaches(version), `version ${version} at all nodes`);
    }
  }
}

/** A cluster for each test of a file. */
export function useCluster(): { readonly cluster: Cluster } {
  const context = useNodes();
  const holder = { cluster: undefined as unknown as Cluster };
  beforeEach(() => {
    holder.cluster = new Cluster(context.nodes);
  });
  return holder;
}

/** The same in all, whatever the order. */
export function expectSame<T>(...contents: Iterable<T>[]): void {
  const [first, ...others] = contents.map((content) => Array.from(content, (item) => JSON.stringify(item)).sort());
  for (const other of others) expect(other).toEqual(first);
}
