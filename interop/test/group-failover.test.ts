import { GroupError } from "mosaik";
import { describe, expect, it } from "vitest";
import { RustPeerError } from "../src/index.js";
import { becomes, Members, united, type Member } from "./group-members.js";
import { obstacle, useLanguages } from "./setup.js";

/** What became of the commands of one member, of which each counts one. */
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
      const loads = left.map((member) => load(member, stop.signal));
      await becomes(left[0]!, "some hundred commands", ({ committed }) => committed >= 300);
      await leader.stop();
      await united(left);
      const { committed } = left[0]!.state!;
      await becomes(left[0]!, "a hundred more", (state) => state.committed >= committed + 100);
      stop.abort();
      const tallies = await Promise.all(loads);
      const executed = tallies.reduce((sum, tally) => sum + tally.executed, 0);
      const unknown = tallies.reduce((sum, tally) => sum + tally.unknown, 0);

      const { position, result } = await left[0]!.query(true);
      for (const member of left) {
        await becomes(member, `commit ${position}`, (state) => state.committed >= position);
        expect(await member.query(false)).toEqual({ position, result });
      }
      const applied = await Promise.all(left.map((member) => member.applied()));
      expect(applied[1]).toEqual(applied[0]);
      expect(result).toBeGreaterThanOrEqual(executed);
      expect(result).toBeLessThanOrEqual(executed + unknown);
    },
  );

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
    if (member.language === "ts") return member.execute([1]).then(() => "executed", outcomeOf);
    return member.feed([1]).then(() => "unknown", outcomeOf);
  }

  function outcomeOf(error: unknown): "unknown" | "refused" {
    if (error instanceof GroupError)
      return error.code === "notSent" || error.code === "superseded" ? "refused" : "unknown";
    // Rust does not say whether it was sent.
    if (error instanceof RustPeerError && error.message.includes("offline")) return "unknown";
    throw error;
  }
});
