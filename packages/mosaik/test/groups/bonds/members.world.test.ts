import { describe, expect, it } from "vitest";
import { GroupKey, type Group } from "../../../src/groups/index.js";
import type { Network } from "../../../src/node/index.js";
import { useNodes } from "../../nodes.js";

const areBonds = (group: Group<never, never, never>, ...members: readonly Network[]): boolean =>
  group.bonds.size === members.length && members.every(({ local }) => group.bonds.has(local.id));

describe("tests/groups/bonds.rs", () => {
  const context = useNodes();

  it("members_can_see_each_other", async () => {
    const { nodes } = context;
    const [n0, n1, n2, n3] = (await nodes.joinMany(4)) as [Network, Network, Network, Network];
    await nodes.discoverAll(n0, n1, n2, n3);
    const keys = [
      GroupKey.fromSecret("group1secret"),
      GroupKey.fromSecret("group2secret"),
      GroupKey.random(n0.local.runtime.random),
    ];
    const join = (network: Network, group: number): Group<never, never, never> =>
      network.groups.join({ key: keys[group - 1]! });
    const expected = [
      [join(n0, 1), [n1]],
      [join(n1, 1), [n0]],
      [join(n0, 2), [n2, n3]],
      [join(n2, 2), [n0, n3]],
      [join(n3, 2), [n0, n2]],
      [join(n1, 3), [n2]],
      [join(n2, 3), [n1]],
    ] as const;
    const areAll = (): boolean => expected.every(([group, members]) => areBonds(group, ...members));
    await nodes.until(areAll, 5000, "all bonds");
    expect(new Set(expected.map(([{ id }]) => id)).size).toBe(3);
  });
});
