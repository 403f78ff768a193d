import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection, type VecReader, type VecWriter } from "../../src/collections/index.js";
import type { Group, GroupEvent } from "../../src/groups/index.js";
import type { Network } from "../../src/node/index.js";
import { useCluster } from "./cluster.js";

const SOON_MS = 5000;
const Letters = collection.vec("letters", t.string);

/** The group of a handle's collection, for whoever does not keep to the handle's methods. */
function groupOf(handle: object): Group<unknown, undefined, undefined> {
  return (handle as { readonly store: { readonly group: Group<unknown, undefined, undefined> } }).store.group;
}

interface Gathered {
  readonly leader: VecWriter<string>;
  readonly other: VecWriter<string>;
  readonly reader: VecReader<string>;
  /** The leader's. */
  readonly network: Network;
  /** What the leader tells. */
  readonly refusals: readonly GroupEvent[];
}

describe("an insert behind the end of a vec, which would end the collection at members in Rust", () => {
  const context = useCluster();

  /** A writer that leads, another one, and a reader: each with a, b and c. */
  async function gather(): Promise<Gathered> {
    const { cluster } = context;
    const { writers, readers, networks } = await cluster.open(Letters, { writers: 2, readers: 1 });
    const at = writers.findIndex((writer) => groupOf(writer).isLeader);
    const [leader, other] = [writers[at]!, writers[1 - at]!];
    const refusals: GroupEvent[] = [];
    void (async () => {
      for await (const event of leader.events()) if (event.kind === "commandsRefused") refusals.push(event);
    })();
    await cluster.write(leader.extend(["a", "b", "c"]));
    await cluster.settle(...writers, ...readers);
    return { leader, other, reader: readers[0]!, network: networks[at]!, refusals };
  }

  /** All of them have these, in the end. */
  async function expectAll(values: readonly string[], ...handles: VecReader<string>[]): Promise<void> {
    await context.cluster.settle(...handles);
    expect(handles.map((handle) => [...handle])).toEqual(handles.map(() => values));
  }

  /** Has the leader take a command that no handle gives it. */
  function insertRaw(handle: VecReader<string>, index: bigint): Promise<unknown> {
    const sent = groupOf(handle).execute({ kind: "Insert", value: { index, value: "x" } });
    return context.cluster.nodes.within(SOON_MS, sent);
  }

  it("is refused to members that forward it raw, readers too, with an event and a metric", async () => {
    const { leader, other, reader, network, refusals } = await gather();
    const { nodes } = context.cluster;
    for (const index of [4n, 1000n, 2n ** 64n - 1n]) {
      await expect(insertRaw(other, index)).rejects.toMatchObject({ code: "refused" });
      await expect(insertRaw(reader, index)).rejects.toMatchObject({ code: "refused" });
    }
    await expectAll(["a", "b", "c"], leader, other, reader);
    await nodes.until(() => refusals.length === 6, SOON_MS, "six refusals");
    expect(new Set(refusals.map((event) => "peer" in event && event.peer)).size).toBe(2);
    const name = "mosaik.groups.commands.refused";
    expect(network.metrics.samples().find((sample) => sample.name === name)).toMatchObject({ value: 6 });
    await nodes.within(SOON_MS, other.insert(3, "d"));
    await expectAll(["a", "b", "c", "d"], leader, other, reader);
  });

  it.each(["leader", "other"] as const)(
    "is an index out of range to a writer whose vec was longer when it wrote: to the %s",
    async (who) => {
      const gathered = await gather();
      const { [who]: writer, leader, other, reader, refusals } = gathered;
      const { nodes } = context.cluster;
      const written = Promise.allSettled([writer.truncate(1), writer.insert(3, "x"), writer.insert(1, "y")]);
      const [shortened, late, inTime] = await nodes.within(SOON_MS, written);
      expect([shortened.status, inTime.status]).toEqual(["fulfilled", "fulfilled"]);
      const reason = { name: "CollectionError", code: "indexOutOfRange", args: [3, "x"] };
      expect(late).toMatchObject({ status: "rejected", reason });
      await expectAll(["a", "y"], leader, other, reader);
      await nodes.until(() => refusals.length === 1, SOON_MS, "a refusal");
    },
  );

  it("does not get in through the next leader either, which has the vec from a snapshot", async () => {
    const { leader, other, reader } = await gather();
    const { cluster } = context;
    await cluster.nodes.within(SOON_MS, other.close());
    const next = await cluster.lateWriter(Letters);
    await cluster.nodes.within(SOON_MS, leader.close());
    await cluster.nodes.until(() => groupOf(next).isLeader && reader.isOnline, 20_000, "the other to lead");
    await expect(insertRaw(reader, 4n)).rejects.toMatchObject({ code: "refused" });
    await cluster.nodes.within(SOON_MS, next.insert(3, "d"));
    await expectAll(["a", "b", "c", "d"], next, reader);
  });
});
