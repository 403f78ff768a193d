import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Digest } from "mosaik";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run } from "./command.js";

const folder = mkdtempSync(join(tmpdir(), "mosaik-keys-"));
const file = (name: string): string => join(folder, name);
const ids = (...texts: string[]) => run(["id", ...texts]);

beforeAll(buildCommand);
afterAll(() => rmSync(folder, { recursive: true }));

describe("mosaik id", () => {
  it("prints what a text stands for, and what each of several does", async () => {
    const greet = Digest.from("greet").hex;
    expect(await ids("greet")).toEqual({ exitCode: 0, stdout: `${greet}\n`, stderr: "" });
    expect((await ids("greet", greet)).stdout).toBe(`${greet}  greet\n${greet}  ${greet}\n`);
    expect(JSON.parse((await ids("greet", "--json")).stdout)).toEqual({
      text: "greet",
      id: greet,
      short: greet.slice(0, 10),
    });
  });

  it("needs a text", async () => {
    expect(await ids()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'text'") as string });
  });
});

describe("mosaik key", () => {
  it("makes a node's key that nobody else can read, and never writes over one", async () => {
    const made = await run(["key", "new", "--out", file("node.key")]);
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
    expect(made.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(file("node.key")).mode & 0o777).toBe(0o600);
    const secret = readFileSync(file("node.key"), "utf8");
    expect(secret).not.toBe(made.stdout);
    expect(await run(["key", "new", "--out", file("node.key")])).toMatchObject({
      exitCode: 2,
      stderr: `error: ${file("node.key")} exists: it is not overwritten\n`,
    });
    expect(readFileSync(file("node.key"), "utf8")).toBe(secret);
    expect(await run(["key", "show", file("node.key")])).toMatchObject({ exitCode: 0, stdout: made.stdout });
  });

  it("refuses a file that holds none, and warns of one that others can read", async () => {
    writeFileSync(file("word"), "a word\n", { mode: 0o644 });
    const { exitCode, stderr } = await run(["key", "show", file("word")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`chmod 600 ${file("word")}`);
    expect(await run(["key", "show", file("missing")])).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("has no option that takes a secret", async () => {
    const { exitCode, stderr } = await run(["beacon", "--network", "x", "--secret-key", "ab".repeat(32)]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("unknown option '--secret-key'");
    expect(stderr).not.toContain("abab");
  });
});

describe("mosaik ticket", () => {
  let peer: string;
  beforeAll(async () => {
    peer = (await run(["key", "new", "--out", file("peer.key")])).stdout.trim();
    for (const name of ["issuer", "another"])
      await run(["key", "new", "--algorithm", "ES256", "--out", file(`${name}.key`)]);
  });
  const issue = (...args: string[]) => run(["ticket", "issue", "--peer", peer, ...args]);

  it("issues what inspects as valid, by the key of who issued it alone", async () => {
    const claims = ["--issuer", "ops", "--audience", "lobby", "--claim", "level=3", "--claim", "room=blue"];
    const issued = await issue("-k", file("issuer.key"), "--out", file("ticket.jwt"), ...claims);
    expect(issued).toMatchObject({ exitCode: 0 });
    const inspect = (...args: string[]) => run(["ticket", "inspect", file("ticket.jwt"), "--json", ...args]);
    const valid = await inspect("-k", file("issuer.key"));
    expect(valid.exitCode).toBe(0);
    expect(JSON.parse(valid.stdout)).toMatchObject({
      header: { alg: "ES256" },
      claims: { sub: peer, iss: "ops", aud: "lobby", level: 3, room: "blue" },
      verdict: "valid",
    });
    expect(JSON.parse((await inspect()).stdout)).toMatchObject({ verdict: null });
    expect(await inspect("-k", file("another.key"))).toMatchObject({ exitCode: 4 });
    expect(await inspect("-k", file("issuer.key"), "--peer", Digest.from("another").hex)).toMatchObject({
      exitCode: 4,
    });
  });

  it("takes the key from the environment, and the ticket from stdin", async () => {
    const env = { MOSAIK_TICKET_KEY: readFileSync(file("issuer.key"), "utf8") };
    const { stdout } = await run(["ticket", "issue", "--peer", peer], { env });
    const inspected = await run(["ticket", "inspect", "-"], { env, stdin: stdout });
    expect(inspected).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\nvalid\n$/) as string });
  });

  it.each([
    ["no key", [], "Give --key-file"],
    ["a key of a node", ["-k", file("peer.key")], "not a key for tickets"],
    ["a claim without a value", ["-k", file("issuer.key"), "--claim", "level"], "Write --claim NAME=VALUE."],
    ["less than a second", ["-k", file("issuer.key"), "--expires", "10ms"], "Tickets count whole seconds."],
  ])("refuses %s", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await issue(...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("refuses to inspect what is no ticket", async () => {
    expect(await run(["ticket", "inspect", "-"], { stdin: "a word" })).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("mosaik completion", () => {
  it.each(["bash", "zsh", "fish", "powershell"])("prints a script for %s that asks this command", async (shell) => {
    const { exitCode, stdout } = await run(["completion", shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/mosaik complete/);
  });

  it("completes commands and their options", async () => {
    expect((await run(["complete", "--", "pe"])).stdout).toMatch(/^peers\t/);
    expect((await run(["complete", "--", "ping", "--cou"])).stdout).toMatch(/^--count\t/);
  });

  it("knows no other shell", async () => {
    expect(await run(["completion", "nosh"])).toMatchObject({ exitCode: 2, stdout: "" });
  });
});
