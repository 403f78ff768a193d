import { GroupKey } from "mosaik";
import { describe, expect, it } from "vitest";
import { agreeAt, becomes, Members, SOON_MS, united, type Language, type Member } from "./group-members.js";
import { QUICK } from "./quick.js";
import { obstacle, useLanguages } from "./setup.js";

/** The first leads. */
const GROUPS: readonly (readonly Language[])[] = [
  ["ts", "rust"],
  ["rust", "ts"],
  ["ts", "rust", "rust"],
  ["rust", "ts", "rust"],
  ["ts", "ts", "rust"],
  ["rust", "ts", "ts"],
  ["ts", "ts", "rust", "rust"],
  ["rust", "ts", "ts", "rust"],
];

describe.skipIf(obstacle !== undefined)("groups of TypeScript and Rust", () => {
  const context = useLanguages();

  it.each(GROUPS.map((languages) => ({ languages, name: languages.join(" + ") })))(
    "$name: commands and queries of all, then the other language takes over",
    async ({ languages, name }) => {
      const members = new Members(context.languages, name);
      const [first, ...others] = languages as [Language, ...Language[]];
      const leader = await members.join(first);
      await becomes(leader, "leadership", ({ isLeader, online }) => isLeader && online);
      for (const language of others) {
        // Those of the leader's own language leave it to the others to follow it.
        const preference = language === first ? ({ kind: "reluctant", factor: 20 } as const) : undefined;
        await members.join(language, { ...(preference && { preference }), consensus: { bootstrapDelayMs: 5000 } });
      }
      expect(new Set(members.all.map(({ groupId }) => groupId)).size).toBe(1);
      expect(await united(members.all, leader)).toBe(leader);

      let index = 0;
      for (const member of members.all) {
        expect(await member.execute([10, -3])).toEqual({ start: index + 1, end: index + 2 });
        index += 2;
      }
      expect(await agreeAt(members.all, index)).toBe(7 * members.all.length);
      index = await allAtOnce(members.all, index);
      expect(await agreeAt(members.all, index)).toBe(7 * members.all.length + 20 * members.all.length);

      await leader.stop();
      const left = members.but(leader);
      const next = await united(left);
      expect(next.language).not.toBe(first);
      for (const member of left) {
        expect(await member.execute([100])).toEqual({ start: index + 1, end: index + 1 });
        index += 1;
      }
      expect(await agreeAt(left, index)).toBe(27 * members.all.length + 100 * left.length);
    },
  );

  it.each([{ first: "ts" }, { first: "rust" }] as const)("by the default times, led by $first", async ({ first }) => {
    const members = new Members(context.languages, `default times ${first}`, { times: "default" });
    const leader = await members.join(first);
    await becomes(leader, "leadership", ({ isLeader, online }) => isLeader && online);
    const follower = await members.join(first === "ts" ? "rust" : "ts");
    await united(members.all, leader);
    expect(await follower.execute([1])).toEqual({ start: 1, end: 1 });
    expect(await agreeAt(members.all, 1)).toBe(1);
    await leader.stop();
    await becomes(follower, "leadership", ({ isLeader, online }) => isLeader && online);
    expect(await follower.execute([1])).toEqual({ start: 2, end: 2 });
  });

  it("of the machine that does nothing agree on a leader", async () => {
    const { ts, rust } = await context.languages.pair("noop");
    const ours = ts.groups.join({ key: GroupKey.fromSecret("s"), consensus: QUICK });
    const theirs = await rust.joinNoop({ secret: "s", consensus: QUICK });
    expect(ours.id.hex).toBe(theirs.id);
    await ours.when().online().toPromise({ timeoutMs: SOON_MS });
    const { leader } = await theirs.until(({ online, bonds }) => online && bonds.length === 1);
    expect([ts.local.id.hex, rust.id]).toContain(leader);
    await ours.when().leaderIs(leader!).toPromise({ timeoutMs: SOON_MS });
    expect(await theirs.execute([null])).toEqual({ start: 1, end: 1 });
    expect(await ours.executeMany([undefined, undefined])).toEqual({ start: 2, end: 3 });
    expect(await theirs.query({ strong: true })).toMatchObject({ result: null });
    expect(await ours.query(undefined, "strong")).toMatchObject({ result: undefined, position: 3 });
  });

  /** Each member issues twenty commands, one by one and without waiting. Returns the last index. */
  async function allAtOnce(members: readonly Member[], index: number): Promise<number> {
    const ranges = await Promise.all(
      members.flatMap((member) => Array.from({ length: 20 }, () => member.execute([1]))),
    );
    const places = ranges.map(({ start }) => start).sort((a, b) => a - b);
    expect(places).toEqual(Array.from({ length: 20 * members.length }, (_, i) => index + 1 + i));
    return places.at(-1)!;
  }
});
