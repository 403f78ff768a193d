import { describe, expect, it } from "vitest";
import { GroupKey, MemoryLog } from "../../src/groups/index.js";
import { useNodes } from "../nodes.js";
import { Counter } from "./counter.js";

/** `tests/groups/builder.rs` */
describe("builder", () => {
  const context = useNodes();

  it("group_id_derived_from_config", async () => {
    const [n0, n1] = await context.nodes.joinMany(2);
    const keys = [n0!, n1!].map(({ local }) => GroupKey.random(local.runtime.random));
    const [key1, key2] = keys as [GroupKey, GroupKey];
    const g0OfN0 = n0!.groups.join({ key: key1, machine: new Counter() });
    const g0OfN1 = n1!.groups.join({ key: key1, machine: new Counter(), storage: new MemoryLog() });
    expect(g0OfN0.id).toBe(g0OfN1.id);
    const g1OfN0 = n0!.groups.join({ key: key2, machine: new Counter() });
    expect(g1OfN0.id).not.toBe(g0OfN0.id);
    expect(n1!.groups.join({ key: key2, machine: new Counter() }).id).toBe(g1OfN0.id);
    expect(n0!.groups.join({ key: key1 }).id).not.toBe(g0OfN0.id);
  });
});
