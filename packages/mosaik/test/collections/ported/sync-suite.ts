import { describe, expect, it } from "vitest";
import type { CollectionDef, Handle, SyncOptions, Version } from "../../../src/collections/index.js";
import { isSmoke, useCluster, type Cluster } from "../cluster.js";

/** The kind that is played live where the others are not, up to so many items. */
const SMOKE_SUBJECT = "map";
const SMOKE_ITEMS_MAX = 1000;

type AnyHandle = Handle<{ readonly size: number }, object>;

/** What the tests of catching up need to know of a kind: it holds the item `i` once it was added. */
export interface SyncSubject<R extends AnyHandle, W extends R> {
  define(sync?: SyncOptions): CollectionDef<R, W>;
  add(writer: W, i: number): Promise<Version>;
  /** The items from `start`, so many, by one command. */
  addAll(writer: W, start: number, count: number): Promise<Version>;
  clear(writer: W): Promise<Version>;
  /** Whether it is exactly the items from `start`, so many, each as it was added. */
  holds(handle: R, start: number, count: number): boolean;
  hasItem(handle: R, i: number): boolean;
}

/** The tests that Rust's tests/collections/sync has for maps, vecs, sets and queues alike. */
export function describeSync<R extends AnyHandle, W extends R>(
  name: string,
  subject: SyncSubject<R, W>,
  more: (context: { readonly cluster: Cluster }) => void,
): void {
  describe.skipIf(isSmoke && name !== SMOKE_SUBJECT)(`catching up: ${name}`, () => {
    const context = useCluster();

    async function fill(writer: W, start: number, count: number, isOneShot: boolean): Promise<void> {
      const { cluster } = context;
      if (isOneShot) await cluster.nodes.within(2000 + 10 * count, subject.addAll(writer, start, count));
      else await cluster.writeEach(start, count, (i) => subject.add(writer, i));
    }

    function expectAll(start: number, count: number, ...handles: R[]): void {
      for (const handle of handles) expect([handle.size, subject.holds(handle, start, count)]).toEqual([count, true]);
    }

    it.each(
      played([
        [1, 100, false],
        [100, 30, false],
        [1000, 100, false],
        [10_000, 100, false],
        [10_000, 1000, false],
        [100_000, 100, false],
        [100_000, 100, true],
      ]),
    )("frozen: %d items, batches of %d, by one command: %s", async (size, fetchBatchSize, isOneShot) => {
      const { cluster } = context;
      const def = subject.define({ fetchBatchSize });
      const [w, r] = await cluster.pair(def);
      await fill(w, 0, size, isOneShot);
      await cluster.settle(w, r);
      expectAll(0, size, w, r);
      const late = await cluster.lateReader(def);
      await cluster.settle(w, late);
      expectAll(0, size, w, r, late);
    });

    it.each(
      played([
        [100, 50, 100, true],
        [1000, 500, 100, true],
        [100_000, 5000, 100, false],
        [100_000, 5000, 100, true],
        [100_000, 5000, 1000, false],
        [100_000, 5000, 1000, true],
      ]),
    )(
      "writes_during_sync: %d and %d items, batches of %d, by one command: %s",
      async (size, extra, fetchBatchSize, isOneShot) => {
        const { cluster } = context;
        const def = subject.define({ fetchBatchSize });
        const [w, r] = await cluster.pair(def);
        await fill(w, 0, size, isOneShot);
        const [network] = await cluster.join(1);
        const late = def.reader(network!);
        await cluster.writeEach(size, extra, (i) => subject.add(w, i));
        await cluster.settle(w, r, late);
        expectAll(0, size + extra, w, r, late);
      },
    );

    it("empty", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(subject.define());
      expectAll(0, 0, w, r);
    });

    it("single_entry", async () => {
      const { cluster } = context;
      const def = subject.define();
      const [w, r] = await cluster.pair(def);
      await cluster.write(subject.add(w, 0));
      const late = await cluster.lateReader(def);
      await cluster.settle(w, r, late);
      expectAll(0, 1, w, r, late);
    });

    it("reader_before_writer", async () => {
      const { cluster } = context;
      const def = subject.define();
      const [a, b] = await cluster.join(2);
      const r = def.reader(a!);
      const w = await cluster.online(def.writer(b!));
      await cluster.online(r);
      await cluster.writeEach(0, 100, (i) => subject.add(w, i));
      await cluster.settle(w, r);
      expectAll(0, 100, w, r);
    });

    it.each([
      [10, 10_000],
      [100, 100_000],
      [100, 1],
      [1000, 1],
    ])("extreme_batch_sizes: %d items, batches of %d", async (size, fetchBatchSize) => {
      const { cluster } = context;
      const def = subject.define({ fetchBatchSize });
      const [w, r] = await cluster.pair(def);
      await fill(w, 0, size, false);
      const late = await cluster.lateReader(def);
      await cluster.settle(w, r, late);
      expectAll(0, size, w, r, late);
    });

    it("many_readers", async () => {
      const { cluster } = context;
      const def = subject.define();
      const { writers } = await cluster.open(def, { writers: 1, readers: 0 });
      const w = writers[0]!;
      await fill(w, 0, 1000, false);
      const networks = await cluster.join(5);
      const readers = networks.map((network) => def.reader(network));
      await Promise.all(readers.map((reader) => cluster.online(reader, 5000)));
      await cluster.settle(w, ...readers);
      expectAll(0, 1000, w, ...readers);
    });

    it("incremental_after_convergence", async () => {
      const { cluster } = context;
      const { writers, readers } = await cluster.open(subject.define(), { writers: 1, readers: 2 });
      const w = writers[0]!;
      await fill(w, 0, 500, true);
      await cluster.settle(w, ...readers);
      for (let i = 500; i < 1000; i++) await cluster.write(subject.add(w, i));
      await cluster.settle(w, ...readers);
      expectAll(0, 1000, w, ...readers);
    });

    it("concurrent_reads_during_sync", async () => {
      const { cluster } = context;
      const def = subject.define({ fetchBatchSize: 100 });
      const [w] = await cluster.pair(def);
      await fill(w, 0, 10_000, true);
      const [network] = await cluster.join(1);
      const late = def.reader(network!);
      const torn: number[] = [];
      const look = (): boolean => {
        if (late.size > 0 && !(late.size === 10_000 && subject.hasItem(late, 0) && subject.hasItem(late, 9999)))
          torn.push(late.size);
        return late.size === 10_000;
      };
      await cluster.nodes.until(look, 10_000, "all items");
      await cluster.settle(w, late);
      expect(torn).toEqual([]);
      expectAll(0, 10_000, late);
    });

    it.each([
      [1000, 500, 100],
      [10_000, 5000, 100],
      [10_000, 5000, 1000],
    ])("extend_during_snapshot_sync: %d and %d items, batches of %d", async (size, extra, fetchBatchSize) => {
      const { cluster } = context;
      const def = subject.define({ fetchBatchSize });
      const [w, r] = await cluster.pair(def);
      await fill(w, 0, size, true);
      const [network] = await cluster.join(1);
      const late = def.reader(network!);
      await fill(w, size, extra, true);
      await cluster.settle(w, r, late);
      expectAll(0, size + extra, w, r, late);
    });

    it("clear_and_repopulate", async () => {
      const { cluster } = context;
      const def = subject.define();
      const [w, r] = await cluster.pair(def);
      await fill(w, 0, 500, false);
      await cluster.write(subject.clear(w));
      await fill(w, 1000, 200, false);
      const late = await cluster.lateReader(def);
      await cluster.settle(w, r, late);
      expectAll(1000, 200, w, r, late);
    });

    it("recreate_reader", async () => {
      const { cluster } = context;
      const def = subject.define();
      const { writers, readers, networks } = await cluster.open(def, { writers: 1, readers: 1 });
      const w = writers[0]!;
      await fill(w, 0, 100, false);
      await cluster.settle(w, readers[0]!);
      await cluster.nodes.within(2000, readers[0]!.close(), "the reader to close");
      await fill(w, 100, 100, false);
      const again = await cluster.online(def.reader(networks[1]!));
      await cluster.settle(w, again);
      expectAll(0, 200, w, again);
    });

    more(context);
  });
}

/** The cases that are to be played; each begins with how many items there are. */
function played<Case extends readonly [number, ...unknown[]]>(cases: readonly Case[]): readonly Case[] {
  return cases.filter(([size]) => !isSmoke || size <= SMOKE_ITEMS_MAX);
}
