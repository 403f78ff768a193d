import { describe, expect, it, onTestFailed } from "vitest";
import { agreeAt, becomes, Members, united, type Language, type Member } from "./group-members.js";
import { obstacle, useLanguages } from "./setup.js";

const SEED = Number(process.env["MOSAIK_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const STEPS = Number(process.env["MOSAIK_STEPS"] ?? 6);
const LANGUAGES: readonly Language[] = ["ts", "rust", "ts", "rust"];

/** Numbers in [0, 1) by a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.skipIf(obstacle !== undefined)("a group of which members come and go", () => {
  const context = useLanguages();

  const leaders = [{ leaders: "anybody" }, { leaders: "rust" }] as const;
  const options = { timeout: 60_000 + STEPS * 30_000 };
  it.each(leaders)(`led by $leaders it keeps every command (MOSAIK_SEED=${SEED})`, options, async ({ leaders }) => {
    const random = randomOf(SEED);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const members = new Members(context.languages, `churn ${leaders} ${SEED}`);
    const join = (language: Language, i: number): Promise<Member> =>
      members.join(language, {
        seed: `${language} ${i} of ${SEED}`,
        consensus: { bootstrapDelayMs: 4000 },
        // Ours are first elsewhere: they need not wait for an election to know that their leader is gone.
        preference:
          language !== leaders && leaders !== "anybody" ? { kind: "reluctant", factor: 20 } : { kind: "normal" },
      });

    const story: string[] = [];
    onTestFailed(() => console.error(story.join("\n")));

    const slots: Member[] = [];
    for (const [i, language] of LANGUAGES.entries()) slots.push(await join(language, i));
    await united(slots);
    let index = 0;
    let sum = 0;
    const work = async (): Promise<void> => {
      const loads = slots.flatMap((member) =>
        Array.from({ length: 1 + Math.floor(random() * 5) }, () => ({
          member,
          numbers: Array.from({ length: 1 + Math.floor(random() * 50) }, () => Math.floor(random() * 2000) - 1000),
        })),
      );
      await Promise.all(loads.map(({ member, numbers }) => member.execute(numbers)));
      for (const { numbers } of loads) {
        index += numbers.length;
        for (const number of numbers) sum += number;
      }
      expect(await agreeAt(slots, index)).toBe(sum);
    };
    await work();
    for (let step = 0; step < STEPS; step++) {
      const at = Math.floor(random() * slots.length);
      const gone = slots[at]!;
      const how = pick(["stop", "leave"] as const);
      story.push(`${how} ${gone.language} ${at}${gone.state?.isLeader ? ", the leader" : ""}`);
      await gone[how]();
      members.forget(gone);
      const isSeen = random() < 0.7;
      if (isSeen) {
        const left = members.but();
        for (const member of left) await becomes(member, "loss of the bond", ({ bonds }) => !bonds.includes(gone.peer));
        const next = await united(left);
        story.push(`${next.language} leads`);
        const number = Math.floor(random() * 100);
        await pick(left).execute([number]);
        index++;
        sum += number;
      }
      if (how === "leave") await gone.stop();
      slots[at] = await join(gone.language, at);
      await united(slots);
      await work();
    }
  });
});
