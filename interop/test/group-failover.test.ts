import { GroupError } from "mosaik";
import { describe, expect, it } from "vitest";
import { RustPeerError } from "../src/index.js";
import { agreeAt, becomes, Members, SOON_MS, united, type Member } from "./group-members.js";
import { obstacle, useLanguages, within } from "./setup.js";

/** What each command of a member adds: the sum says how many of which there are. */
const ADDS = { ts: 1, rust: 1_000_000 };
/** Commands that a member has under way at a time. */
const SIDE_BY_SIDE = 4;

/** What became of the commands of one member. */
interface Tally {
  executed: number;
  /** They may be committed, or not. */
  unknown: number;
  /** They are not. */
  refused: number;
}

describe.skipIf(obstacle !== undefined)("a leader that dies under load", () => {
  const context = useLanguages();

  it.each([{ first: "ts" }, { first: "rust" }] as const)(
    "in $first takes no command along that was executed",
    async ({ first }) => {
      const members = new Members(context.languages, `load on ${first}`);
      const leader = await members.join(first);
      await becomes(leader, "leadership", ({ isLeader, online }) => isLeader && online);
      for (const language of ["ts", "rust"] as const) {
        await members.join(language, { consensus: { bootstrapDelayMs: 5000 } });
      }
      await united(members.all, leader);
      const left = members.but(leader);
      const stop = new AbortController();
      const ours = left.find(({ language }) => language === "ts")!;
      const loads = left.flatMap((member) => Array.from({ length: SIDE_BY_SIDE }, () => load(member, stop.signal)));
      await becomes(left[0]!, "some hundred commands", ({ committed }) => committed >= 300);
      await leader.stop();
      await united(left);
      const { committed } = left[0]!.state!;
      await becomes(left[0]!, "a hundred more", (state) => state.committed >= committed + 100);
      stop.abort();
      const tallies = await Promise.all(loads);
      const mine = tallies.slice(left.indexOf(ours) * SIDE_BY_SIDE).slice(0, SIDE_BY_SIDE);

      // What a member was told only that it was sent is executed before what it sends next.
      const last = await Promise.all(left.map((member) => member.execute([ADDS[member.language]])));
      const result = await agreeAt(left, Math.max(...last.map(({ end }) => end)));
      const kept = (result % ADDS.rust) - ADDS.ts;
      const executed = mine.reduce((sum, tally) => sum + tally.executed, 0);
      const unknown = mine.reduce((sum, tally) => sum + tally.unknown, 0);
      expect(kept).toBeGreaterThanOrEqual(executed);
      expect(kept).toBeLessThanOrEqual(executed + unknown);
    },
  );

  it("in ts without knowing it leaves nobody waiting, however quiet the group is", async () => {
    const members = new Members(context.languages, "blocked");
    const ours = await members.ts();
    await becomes(ours, "leadership", ({ isLeader, online }) => isLeader && online);
    for (const language of ["rust", "rust"] as const) {
      await members.join(language, { consensus: { bootstrapDelayMs: 5000 } });
    }
    await united(members.all, ours);
    await ours.execute([1]);
    await agreeAt(members.all, 1);

    // The process is held up for longer than the others wait for their leader; what it then does comes before what it then hears.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
    const outcome = await within(SOON_MS, one(ours), "the end of the command");
    await united(members.all);
    const { end } = await members.all[1]!.execute([ADDS.rust]);
    const result = await agreeAt(members.all, end);
    if (outcome === "executed") expect(result).toBe(ADDS.rust + 2);
    if (outcome === "refused") expect(result).toBe(ADDS.rust + 1);
  });

  /** Executes one command after the other, until told to stop. */
  async function load(member: Member, signal: AbortSignal): Promise<Tally> {
    const tally: Tally = { executed: 0, unknown: 0, refused: 0 };
    while (!signal.aborted) {
      const outcome = await one(member);
      tally[outcome]++;
      if (outcome !== "executed") await becomes(member, "a leader", ({ online }) => online);
    }
    return tally;
  }

  /** Rust has no more to say of a command than that it was sent: what it executed may still be another's, or never end. */
  function one(member: Member): Promise<keyof Tally> {
    const numbers = [ADDS[member.language]];
    if (member.language === "ts") return member.execute(numbers).then(() => "executed", outcomeOf);
    return member.feed(numbers).then(() => "unknown", outcomeOf);
  }

  function outcomeOf(error: unknown): "unknown" | "refused" {
    if (error instanceof GroupError)
      return error.code === "notSent" || error.code === "superseded" ? "refused" : "unknown";
    // Rust does not say whether it was sent.
    if (error instanceof RustPeerError && error.message.includes("offline")) return "unknown";
    throw error;
  }
});
