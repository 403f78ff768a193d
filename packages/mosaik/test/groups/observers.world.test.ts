import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { Counter, increment } from "./counter.js";
import { ELECTION_MS, joinCounter } from "./group-nodes.js";

describe("a group of which only observers are left", () => {
  const context = useNodes();

  // In Rust nobody leads it ever again (spec 05 §13 L5).
  it("is led by the next member that may lead: it fetches what they have", async () => {
    const { nodes } = context;
    const writer = await nodes.join("writer");
    const writing = joinCounter(writer);
    await nodes.within(ELECTION_MS, writing.when().online(), "the writer to lead");
    const readers = [await nodes.join("reader1"), await nodes.join("reader2")];
    await nodes.discoverAll(writer, ...readers);
    const reading = readers.map((reader) =>
      joinCounter(reader, { machine: new Counter({ preference: { kind: "observer" } }) }),
    );
    for (const group of reading) await nodes.within(ELECTION_MS, group.when().online(), "a reader to be online");
    for (const by of [1, 2, 3]) await nodes.within(5000, writing.execute(increment(by)), "a command");
    await nodes.until(() => reading.every(({ committed }) => committed === 3), 5000, "the readers to have all");
    await nodes.within(5000, writer.close(), "the writer to be gone");

    const successor = await nodes.join("successor");
    await nodes.discoverAll(...readers, successor);
    const succeeding = joinCounter(successor);
    await nodes.within(ELECTION_MS, succeeding.when().isLeader(), "the successor to lead");
    await nodes.within(5000, succeeding.execute(increment(4)), "another command");
    await nodes.until(() => reading.every(({ committed }) => committed === 4), 5000, "the readers to have it");
    for (const group of [succeeding, ...reading]) {
      const { result } = await nodes.within(2000, group.query(undefined, "weak"));
      expect(result).toBe(10n);
    }
  });
});
