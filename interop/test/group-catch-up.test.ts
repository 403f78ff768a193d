import { describe, expect, it } from "vitest";
import { agreeAt, becomes, Members, united, type Language } from "./group-members.js";
import { obstacle, useLanguages } from "./setup.js";

const OTHER: Record<Language, Language> = { ts: "rust", rust: "ts" };
/** How many commands go out at once. */
const CHUNK = 1000;

const cases = (["ts", "rust"] as const).flatMap((joiner) =>
  [
    { entries: 200, batchSize: 7 },
    { entries: 200, batchSize: 1000 },
    { entries: 5000, batchSize: 2000 },
  ].map((sizes) => ({ joiner, ...sizes })),
);

describe.skipIf(obstacle !== undefined)("catching up among TypeScript and Rust", () => {
  const context = useLanguages();

  it.each(cases)(
    "a $joiner member that comes late gets $entries entries by $batchSize, and helps the next",
    async ({ joiner, entries, batchSize }) => {
      const members = new Members(context.languages, `late ${joiner} ${entries} ${batchSize}`, { batchSize });
      const first = await members.join(OTHER[joiner]);
      await becomes(first, "leadership", ({ isLeader, online }) => isLeader && online);
      const numbers = Array.from({ length: entries }, (_, i) => i + 1);
      for (let at = 0; at < entries; at += CHUNK) await first.execute(numbers.slice(at, at + CHUNK));
      const sum = (entries * (entries + 1)) / 2;

      const late = await members.join(joiner, { consensus: { bootstrapDelayMs: 5000 } });
      await united([first, late], first);
      expect(await agreeAt([first, late], entries)).toBe(sum);
      expect((await late.applied()).count).toBe(entries);

      expect(await late.execute([-5])).toEqual({ start: entries + 1, end: entries + 1 });
      expect(await agreeAt([first, late], entries + 1)).toBe(sum - 5);

      // From both now.
      const third = await members.join(OTHER[joiner], { consensus: { bootstrapDelayMs: 5000 } });
      await united(members.all, first);
      expect(await third.execute([5])).toEqual({ start: entries + 2, end: entries + 2 });
      expect(await agreeAt(members.all, entries + 2)).toBe(sum);
    },
  );

  it.each(["ts", "rust"] as const)("a %s member catches up while commands go on", async (joiner) => {
    const members = new Members(context.languages, `under load ${joiner}`, { batchSize: 100 });
    const first = await members.join(OTHER[joiner]);
    await becomes(first, "leadership", ({ isLeader, online }) => isLeader && online);
    await first.execute(Array.from({ length: 2000 }, () => 1));
    const stop = new AbortController();
    const executed = (async () => {
      let last = 0;
      while (!stop.signal.aborted) last = (await first.execute([1, 1, 1])).end;
      return last;
    })();
    const late = await members.join(joiner, { consensus: { bootstrapDelayMs: 5000 } });
    await united([first, late], first);
    await becomes(late, "commands on top", ({ committed }) => committed > 2000);
    stop.abort();
    const last = await executed;
    expect(await agreeAt([first, late], last)).toBe(last);
  });

  it.each(["ts", "rust"] as const)(
    "a %s member that restarts with the same key gets its place and its log back",
    async (language) => {
      const members = new Members(context.languages, `restart ${language}`);
      const first = await members.join(OTHER[language]);
      await becomes(first, "leadership", ({ isLeader, online }) => isLeader && online);
      const patient = { consensus: { bootstrapDelayMs: 5000 }, seed: `restarts in ${language}` };
      const before = await members.join(language, patient);
      await united(members.all, first);
      expect(await before.execute([1, 2, 3])).toEqual({ start: 1, end: 3 });
      await agreeAt(members.all, 3);

      await before.stop();
      members.forget(before);
      const after = await members.join(language, patient);
      expect(after.peer).toBe(before.peer);
      await united([first, after]);
      const { end } = await after.execute([4]);
      expect(await agreeAt([first, after], end)).toBe(10);
    },
  );
});
