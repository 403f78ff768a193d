import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { increment } from "./counter.js";
import { ELECTION_MS, ledByFirst } from "./group-nodes.js";

/** `tests/groups/feed.rs` */
describe("feed", () => {
  const context = useNodes();

  it("smoke", async () => {
    const { nodes } = context;
    const { networks, groups } = await ledByFirst(nodes, 1);
    const [g0, g1] = groups;
    expect(g0!.leader).toBe(networks[0]!.local.id);
    expect(await nodes.within(2000, g1!.feed(increment(3)))).toBe(1);
    expect(await nodes.within(2000, g1!.feed(increment(4)))).toBe(2);
    const range = await nodes.within(2000, g1!.feedMany([increment(3), increment(3), increment(2)]));
    expect(range).toEqual({ start: 3, end: 5 });
    for (const group of groups) {
      await nodes.within(ELECTION_MS, group.when().committed().reaches(5), "all to be committed");
      expect((await nodes.within(2000, group.query(undefined, "weak"))).result).toBe(15n);
    }
  });
});
