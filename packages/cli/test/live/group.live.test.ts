import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Digest, GroupKey, logReplaySync, NoOp, t, type ApplyContext, type Network, type StateMachine } from "mosaik";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";
import { joining, useNodes } from "../node.js";

const nodes = useNodes();
beforeAll(buildCommand);

const NETWORK = "command-groups";
const SECRET = "7f".repeat(32);
const env = { MOSAIK_GROUP_SECRET: SECRET };
const key = GroupKey.fromSecret(SECRET);

/** Adds up what it is given. */
class Sum implements StateMachine<bigint, undefined, bigint> {
  readonly signature = Digest.from("test.sum");
  readonly command = t.u64;
  readonly query = t.unit;
  readonly result = t.u64;
  readonly sync = logReplaySync({ typeName: "test::Sum" });
  #sum = 0n;

  apply(commands: readonly bigint[], _: ApplyContext): void {
    for (const command of commands) this.#sum += command;
  }

  answer(): bigint {
    return this.#sum;
  }
}
const SUM = ["--machine", "test.sum", "--type-name", "test::Sum"];

async function pair(): Promise<[Network, Network]> {
  const first = await nodes.join(NETWORK);
  return [first, await nodes.join(NETWORK, { discovery: { bootstrap: [first.local.address()] } })];
}

describe("mosaik group", () => {
  it("shows a group whose machine it does not know, and harms nothing in it", async () => {
    const both = await pair();
    const groups = both.map((node) => node.groups.join({ key, machine: new Sum() }));
    for (const group of groups) await group.when().online();
    const { term } = groups[0]!;
    await groups[0]!.executeMany([1n, 2n, 3n]);

    const { exitCode, stdout, stderr } = await run(["group", "--json", ...SUM, ...joining(NETWORK, both[0])], { env });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("as an observer: it gets the log, and neither votes nor leads");
    const state = JSON.parse(stdout) as { members: { peer: string }[] };
    expect(state).toMatchObject({
      group: groups[0]!.id.hex,
      leader: groups[0]!.leader!.hex,
      term,
      committed: groups[0]!.committed,
      isOnline: true,
    });
    expect(state.members.map(({ peer }) => peer)).toEqual(both.map(({ local }) => local.id.hex).sort());

    await groups[1]!.execute(4n);
    expect((await groups[1]!.query(undefined, "strong")).result).toBe(10n);
    expect(groups[0]!.term).toBe(term);
  });

  it("shows it to people, with the secret from a file", async () => {
    const both = await pair();
    const groups = both.map((node) => node.groups.join({ key, machine: new NoOp() }));
    for (const group of groups) await group.when().leaderElected();
    const folder = await mkdtemp(join(tmpdir(), "mosaik-"));
    try {
      const file = join(folder, "secret");
      await writeFile(file, `${SECRET}\n`, { mode: 0o600 });
      const args = ["group", groups[0]!.id.short(), "--secret-file", file, ...joining(NETWORK, both[0])];
      const { stdout, exitCode } = await run(args);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`group      ${groups[0]!.id.hex}`);
      expect(stdout).toMatch(new RegExp(`${groups[0]!.leader!.short()} +leads`));
      for (const { local } of both) expect(stdout).toContain(local.id.short());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("goes on with what happens, until it is interrupted", async () => {
    const both = await pair();
    const groups = both.map((node) => node.groups.join({ key }));
    for (const group of groups) await group.when().leaderElected();
    await using watch = start(["group", "--watch", "--json", ...joining(NETWORK, both[0])], { env });
    await watch.lines.first(1);
    await groups[1]!.leave();
    await watch.lines.find((line) => line.includes('"unbonded"') && line.includes(both[1].local.id.hex));
    expect(await watch.interrupt()).toMatchObject({ exitCode: 130 });
  });

  it("lists groups without joining them", async () => {
    const both = await pair();
    const groups = both.map((node) => node.groups.join({ key }));
    await both[0].discovery.syncWith(both[1].local.address());
    const { stdout, exitCode, stderr } = await run(["group", "--list", "--json", ...joining(NETWORK, both[0])]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const members = both.map(({ local }) => local.id.hex).sort();
    expect(JSON.parse(stdout)).toEqual({ group: groups[0]!.id.hex, members });
  });

  it("exits with 3 where nobody is in the group that secret and machine lead to", async () => {
    const [node] = await pair();
    node.groups.join({ key });
    const args = ["group", "-t", "500ms", ...joining(NETWORK, node)];
    expect(await run(args, { env: { MOSAIK_GROUP_SECRET: "another" } })).toMatchObject({ exitCode: 3, stdout: "" });
    expect(await run([...args, ...SUM], { env })).toMatchObject({ exitCode: 3 });
  });

  it("exits with 2 without a secret, with half a machine, and for another group than the one that is meant", async () => {
    const node = await nodes.join(NETWORK);
    const args = joining(NETWORK, node);
    const noSecret = await run(["group", ...args]);
    expect(noSecret.exitCode).toBe(2);
    expect(noSecret.stderr).toContain("MOSAIK_GROUP_SECRET");
    expect((await run(["group", "--machine", "x", ...args], { env })).exitCode).toBe(2);
    expect((await run(["group", "abcdef", ...args], { env })).exitCode).toBe(2);
  });
});
