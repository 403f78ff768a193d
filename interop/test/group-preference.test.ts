import { describe, expect, it } from "vitest";
import { createNodeRuntime } from "../../packages/mosaik/src/runtime/index.js";
import { agreeAt, becomes, Members, united, type Language, type TsMember } from "./group-members.js";
import { Mute } from "./mute-transport.js";
import { obstacle, useLanguages } from "./setup.js";

const OTHER: Record<Language, Language> = { ts: "rust", rust: "ts" };
const OBSERVER = { preference: { kind: "observer" } } as const;
const LANGUAGES = [{ language: "ts" }, { language: "rust" }] as const;

describe.skipIf(obstacle !== undefined)("who leads in groups of TypeScript and Rust", () => {
  const context = useLanguages();

  it.each(LANGUAGES)("an observer in $language follows, and never leads", async ({ language }) => {
    const members = new Members(context.languages, `observer in ${language}`);
    const observer = await members.join(language, OBSERVER);
    const leader = await members.join(OTHER[language]);
    await united(members.all, leader);
    expect(await observer.execute([7])).toEqual({ start: 1, end: 1 });
    expect(await agreeAt(members.all, 1)).toBe(7);
    await leader.stop();
    await becomes(observer, "loss of its bond", ({ bonds }) => bonds.length === 0);
    // It answers from what it has, and takes no command.
    expect(await observer.query(false)).toEqual({ result: 7, position: 1 });
    await expect(observer.execute([1])).rejects.toThrow();
    expect(observer.state?.isLeader).toBe(false);
  });

  it.each(LANGUAGES)("a leader in $language commits without its observers", async ({ language }) => {
    const members = new Members(context.languages, `observers beside ${language}`);
    const leader = await members.join(language);
    await becomes(leader, "leadership", ({ isLeader }) => isLeader);
    await members.join(OTHER[language], OBSERVER);
    await members.join(OTHER[language], OBSERVER);
    await united(members.all, leader);
    for (const [i, member] of members.all.entries()) {
      expect(await member.execute([1])).toEqual({ start: i + 1, end: i + 1 });
    }
    expect(await agreeAt(members.all, 3)).toBe(3);
  });

  it.each(LANGUAGES)(
    "a reluctant member in $language leaves the lead to the other, and takes it when that is gone",
    async ({ language }) => {
      const members = new Members(context.languages, `reluctant ${language}`);
      const reluctant = await members.join(language, { preference: { kind: "reluctant", factor: 4 } });
      const other = await members.join(OTHER[language]);
      await united(members.all, other);
      await other.stop();
      await becomes(reluctant, "leadership", ({ isLeader, online }) => isLeader && online);
    },
  );

  // Rust beside Rust never gets a leader again (spec 05 §13 L5).
  it("a TypeScript member that comes to observers of both languages fetches what they have, and leads them", async () => {
    const members = new Members(context.languages, "observers alone");
    const writer = await members.rust();
    await becomes(writer, "leadership", ({ isLeader }) => isLeader);
    const observers = [await members.rust(OBSERVER), await members.ts(OBSERVER)];
    await united(members.all, writer);
    expect(await writer.execute([1, 2, 3])).toEqual({ start: 1, end: 3 });
    expect(await agreeAt(members.all, 3)).toBe(6);
    await writer.stop();
    members.forget(writer);
    for (const observer of observers) await becomes(observer, "loss of a bond", ({ bonds }) => bonds.length === 1);
    const successor = await members.ts();
    await united(members.all, successor);
    expect(await successor.execute([4])).toEqual({ start: 4, end: 4 });
    expect(await agreeAt(members.all, 4)).toBe(10);
  });

  it("leaders that elected themselves apart agree on one, in both languages", async () => {
    const members = new Members(context.languages, "rivals");
    const apart = [await members.apart("ts"), await members.apart("rust"), await members.apart("rust")] as const;
    for (const member of apart) await becomes(member, "leadership", ({ isLeader }) => isLeader);
    const [first, ...others] = apart;
    for (const other of others) await other.meet(first.addr);
    await others[0].meet(others[1].addr);
    await united(apart);
    const { end } = await apart[1].execute([1, 2, 3]);
    expect(await agreeAt(apart, end)).toBe(6);
  });

  it("a TypeScript member that led apart gives its log up for the longer one of Rust, and says so", async () => {
    const members = new Members(context.languages, "rivals with logs");
    const [ours, theirs] = [(await members.apart("ts")) as TsMember, await members.apart("rust")];
    for (const member of [ours, theirs]) await becomes(member, "leadership", ({ isLeader }) => isLeader);
    expect(await ours.execute([1000])).toEqual({ start: 1, end: 1 });
    expect(await theirs.execute([1, 2, 3])).toEqual({ start: 1, end: 3 });
    await theirs.meet(ours.addr);
    await united(members.all, theirs);
    expect(await agreeAt(members.all, 3)).toBe(6);
    expect(ours.events).toContainEqual(expect.objectContaining({ kind: "diverged" }));
    expect(await ours.execute([4])).toEqual({ start: 4, end: 4 });
    expect(await agreeAt(members.all, 4)).toBe(10);
  });

  it("a TypeScript leader that falls silent is given up by Rust with 30408", async () => {
    const mute = new Mute();
    const members = new Members(context.languages, "silence");
    const ours = await members.ts({ runtime: await createNodeRuntime({ wrapTransport: mute.over }) });
    await becomes(ours, "leadership", ({ isLeader }) => isLeader);
    const theirs = await members.rust({ consensus: { bootstrapDelayMs: 5000 } });
    await united(members.all, ours);
    mute.isMute = true;
    expect((await theirs.group.bondEnded(ours.peer)).code).toBe(30408);
    await becomes(theirs, "leadership", ({ isLeader, online }) => isLeader && online);
  });

  it("a Rust leader that falls silent is given up by us with 30408", async () => {
    const members = new Members(context.languages, "their silence");
    const theirs = await members.rust();
    await becomes(theirs, "leadership", ({ isLeader }) => isLeader);
    const ours = await members.ts({ consensus: { bootstrapDelayMs: 5000 } });
    await united(members.all, theirs);
    theirs.process.signal("SIGSTOP");
    try {
      await becomes(ours, "leadership", ({ isLeader, online, bonds }) => isLeader && online && bonds.length === 0);
    } finally {
      theirs.process.signal("SIGCONT");
    }
    // What the Rust node says of it depends on what it sees first when it goes on.
    const ends = ours.events.filter((event) => event.kind === "unbonded");
    expect(ends).toMatchObject([{ reason: "closed here with 30408 Timeout" }]);
    await united(members.all);
  });
});
