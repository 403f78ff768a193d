import { afterEach, describe, expect, it } from "vitest";
import { Example } from "./example-process.js";

const example = new Example("group-chat");
const [ada, bob, cyd] = example.commands as [string, string, string];

afterEach(() => example.killAll());

/** Two members of a room, who see each other. */
async function openRoom() {
  const first = example.start(ada);
  const env = { PEER: await first.address() };
  const second = example.start(bob, env);
  await Promise.all([first, second].flatMap((one) => [one.line(/^\* ada is here$/), one.line(/^\* bob is here$/)]));
  return { ada: first, bob: second, env };
}

describe("examples/group-chat, as its README tells", () => {
  it("shows the history to one who comes late, and who comes and goes", async () => {
    const { ada, bob, env } = await openRoom();
    ada.type("is anybody there?");
    await bob.line(/^ada: is anybody there\?$/);
    bob.type("yes \u001b[31mand red", "x".repeat(2001));
    await ada.line(/^bob: yes \ufffd\[31mand red$/);
    await bob.line(/^\* not said/);

    const late = example.start(cyd, env);
    await late.line(/^bob: yes/);
    await Promise.all([ada, bob].map((one) => one.line(/^\* cyd is here$/)));
    expect(late.lines.filter((line) => /^\w+: (is|yes)/.test(line))).toEqual(
      ada.lines.filter((line) => /^\w+: (is|yes)/.test(line)),
    );
    late.type("hello both");
    await Promise.all([ada, bob].map((one) => one.line(/^cyd: hello both$/)));

    expect(await bob.kill("SIGINT")).toBe(0);
    await Promise.all([ada, late].map((one) => one.line(/^\* bob left$/)));
    expect(await late.endInput()).toBe(0);
    await ada.line(/^\* cyd left$/);
    expect(await ada.kill("SIGINT")).toBe(0);
    for (const one of [ada, bob, late]) {
      expect(one.lines.at(-1)).toBe("* you left");
      expect(one.stderr).toBe("");
    }
  });

  it("goes on when one is killed, who is gone for the others then", async () => {
    const { ada, bob, env } = await openRoom();
    const third = example.start(cyd, env);
    await third.line(/^\* cyd is here$/);
    await ada.kill("SIGKILL");
    bob.type("ada?");
    await third.line(/^bob: ada\?$/);
    await Promise.all([bob, third].map((one) => one.line(/^\* ada left$/)));
  });

  it("gives one that stood still the nick back, and what was said meanwhile", async () => {
    const { ada, bob } = await openRoom();
    bob.pause();
    await ada.line(/^\* bob left$/);
    ada.type("while you were away");
    bob.resume();
    await ada.line(/^\* bob is here$/, 2);
    await bob.line(/^ada: while you were away$/);
    bob.type("back");
    await ada.line(/^bob: back$/);
  });

  it("lets nobody in by a nick that somebody has", async () => {
    const { ada, env } = await openRoom();
    const another = example.start(cyd.replace("cyd", "bob"), env);
    await another.line(/^joined/);
    expect(await another.endInput()).toBe(1);
    expect(another.stderr).toContain("bob is in the room already");
    expect(ada.lines).not.toContain("* bob left");
  });

  it("says that a peer is in another room", async () => {
    const first = example.start(ada);
    const stranger = example.start(`${bob} --room elsewhere`, { PEER: await first.address() });
    expect(await stranger.endInput()).toBe(1);
    expect(stranger.stderr).toContain("the network ids differ");
  });

  it.each([
    ["", "a --nick"],
    ["--nick 'ada lovelace'", "a --nick"],
    ["--nick ada --loud", "--loud"],
    ["--nick ada --room ''", "--room is empty"],
    ["--nick ada --peer somebody", "--peer takes"],
  ])("main.mjs %s: tells what is wrong, and how it is used", async (args, message) => {
    const process = example.start(`node main.mjs ${args}`);
    expect(await process.endInput()).toBe(2);
    expect(process.stderr).toContain(message);
    expect(process.stderr).toContain("node main.mjs --nick NAME");
  });
});
