import { collection, t, type Network } from "mosaik";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start, type Finished } from "../command.js";
import { joining, useNodes } from "../node.js";

const nodes = useNodes();
beforeAll(buildCommand);

const NETWORK = "command-collections";
const Scores = collection.map("scores", t.string, t.u64);
const SCORES = ["scores", "--value", "u64"];

const jsonLines = ({ stdout }: Finished): unknown[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);

interface Def<W> {
  reader(network: Network): unknown;
  onlineWriter(network: Network): Promise<W>;
}

/** A node with a writer of a collection, which leads: at once, as there is a reader too. */
async function holder<W>(def: Def<W>, node?: Network) {
  node ??= await nodes.join(NETWORK);
  def.reader(await nodes.join(NETWORK, { discovery: { bootstrap: [node.local.address()] } }));
  return { node, writer: await def.onlineWriter(node), args: joining(NETWORK, node) };
}

describe("mosaik get, put and watch", () => {
  it("puts a value that comes from stdin", async () => {
    const { writer, args } = await holder(Scores);
    const put = await run(["put", ...SCORES, "alice", "-", ...args], { stdin: "42\n" });
    expect(put.exitCode, put.stderr).toBe(0);
    expect(writer.get("alice")).toBe(42n);
    expect(await run(["put", ...SCORES, "alice", "-", ...args], { stdin: "forty" })).toMatchObject({ exitCode: 2 });
  });

  it("reads all of a map, and one entry of it", async () => {
    const { writer, args } = await holder(Scores);
    await writer.extend([
      ["alice", 42n],
      ["bob", 2n ** 63n],
    ]);
    const all = await run(["get", ...SCORES, "--json", ...args]);
    expect(all.exitCode).toBe(0);
    expect(all.stdout.split("\n").sort()).toEqual([
      "",
      '{"key":"alice","value":42}',
      '{"key":"bob","value":9223372036854775808}',
    ]);
    expect(all.stderr).toContain("this joins the group of scores");
    expect(await run(["get", "scores", '"alice"', "--value", "u64", "--quiet", ...args])).toEqual({
      exitCode: 0,
      stdout: "42\n",
      stderr: "",
    });
    expect(await run(["get", "scores", '"eve"', "--value", "u64", ...args])).toMatchObject({ exitCode: 3, stdout: "" });
  });

  it("writes into a map so that others have it, and deletes", async () => {
    const { writer, args } = await holder(Scores);
    const put = await run(["put", "scores", '"alice"', "7", "--value", "u64", "--json", ...args]);
    expect(put.exitCode).toBe(0);
    expect(put.stderr).toContain("as a writer: as long as it runs it votes");
    const [{ version }] = jsonLines(put) as [{ version: number }];
    await writer.when().reaches(version);
    expect(writer.get("alice")).toBe(7n);

    const removal = await run(["put", "scores", '"alice"', "--delete", "--value", "u64", "--json", ...args]);
    await writer.when().reaches((jsonLines(removal) as [{ version: number }])[0].version);
    expect(writer.isEmpty).toBe(true);
  });

  it("watches what changes, until it has seen enough", async () => {
    const { writer, args } = await holder(Scores);
    await using watch = start(["watch", ...SCORES, "--count", "3", "--json", ...args]);
    await watch.errorLines.find(/watching from version/);
    await writer.insert("alice", 1n);
    await writer.remove("alice");
    await writer.insert("bob", 2n);
    expect(await watch.finished()).toMatchObject({ exitCode: 0 });
    expect(watch.lines.all.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { change: "set", key: "alice", value: 1 },
      { change: "removed", key: "alice" },
      { change: "set", key: "bob", value: 2 },
    ]);
  });

  it("watches one key, and is interrupted", async () => {
    const { writer, args } = await holder(Scores);
    await using watch = start(["watch", "scores", '"bob"', "--value", "u64", ...args]);
    await watch.errorLines.find(/watching from version/);
    await writer.insert("alice", 1n);
    await writer.insert("bob", 2n);
    expect(await watch.lines.first(1)).toEqual([expect.stringMatching(/ set +"bob" {2}2$/)]);
    expect(await watch.interrupt()).toMatchObject({ exitCode: 130 });
  });

  it("pushes, inserts and takes from both ends of a vec", async () => {
    const { writer, args } = await holder(collection.vec("jobs", t.string));
    const vec = (...rest: string[]) => run([...rest, "--kind", "vec", "--quiet", ...args]);
    expect((await vec("put", "jobs", '"b"')).exitCode).toBe(0);
    expect((await vec("put", "jobs", '"a"', "--at", "0")).exitCode).toBe(0);
    expect((await vec("put", "jobs", '"c"')).exitCode).toBe(0);
    expect((await vec("get", "jobs")).stdout).toBe('0  "a"\n1  "b"\n2  "c"\n');
    expect((await vec("get", "jobs", "last")).stdout).toBe('"c"\n');
    expect((await vec("put", "jobs", "--delete", "first")).stdout).toBe('"a"\n');
    expect((await vec("put", "jobs", "--delete", "1")).stdout).toBe('"c"\n');
    expect((await vec("put", "jobs", "--at", "9", '"x"')).exitCode).toBe(2);
    expect((await vec("put", "jobs", "--clear")).exitCode).toBe(0);
    expect((await vec("put", "jobs", "--delete", "last")).exitCode).toBe(3);
    await writer.when().online();
    expect(writer.isEmpty).toBe(true);
  });

  it("knows sets, cells and what is written once", async () => {
    const { node, args } = await holder(collection.set("names", t.string));
    await holder(collection.cell("state", t.u64), node);
    await holder(collection.once("config", t.string), node);
    const quiet = (...rest: string[]) => run([...rest, "--quiet", ...args]);
    expect((await quiet("put", "names", '"alice"', "--kind", "set")).exitCode).toBe(0);
    expect((await quiet("get", "names", '"alice"', "--kind", "set")).stdout).toBe('"alice"\n');
    expect((await quiet("get", "names", '"bob"', "--kind", "set")).exitCode).toBe(3);
    expect((await quiet("put", "state", "5", "--kind", "cell", "--value", "u64")).exitCode).toBe(0);
    expect((await quiet("get", "state", "--kind", "cell", "--value", "u64")).stdout).toBe("5\n");
    expect((await quiet("put", "config", '"first"', "--kind", "once")).exitCode).toBe(0);
    expect((await quiet("put", "config", '"second"', "--kind", "once")).exitCode).toBe(1);
    expect((await quiet("get", "config", "--kind", "once")).stdout).toBe('"first"\n');
  });

  it("orders a queue by its priorities", async () => {
    const { args } = await holder(collection.priorityQueue("orders", t.u64, t.string, t.string, { capacity: 2 }));
    const queue = (...rest: string[]) => run([...rest, "--kind", "queue", "--capacity", "2", "--quiet", ...args]);
    for (const [priority, key] of [
      ["5", '"e"'],
      ["9", '"i"'],
      ["1", '"a"'],
    ] as const) {
      expect((await queue("put", "orders", priority, key, '"x"')).exitCode).toBe(0);
    }
    expect((await queue("get", "orders")).stdout).toBe('5  "e"  "x"\n9  "i"  "x"\n');
    expect((await queue("get", "orders", "max")).stdout).toBe('9  "i"  "x"\n');
    expect((await queue("get", "orders", '"e"')).stdout).toBe('5  "x"\n');
  });

  it("leaves what it wrote with those who only read", async () => {
    const node = await nodes.join(NETWORK);
    const reader = Scores.reader(node);
    const put = await run(["put", "scores", '"alice"', "7", "--value", "u64", "--json", ...joining(NETWORK, node)]);
    expect(put).toMatchObject({ exitCode: 0 });
    expect(reader.get("alice")).toBe(7n);
  });

  it("exits with 3 where nobody has the collection, and tells what it is made of", async () => {
    const { node } = await holder(Scores);
    const { exitCode, stderr } = await run([
      "get",
      "scores",
      "--value",
      "string",
      "-t",
      "500ms",
      ...joining(NETWORK, node),
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("no member of scores was found within 0.5 s");
    expect(stderr).toContain("type 1: alloc::string::String");
  });

  it("exits with 2 for what cannot be understood, before it joins", async () => {
    for (const args of [
      ["get", "scores", "alice", "--key", "u64", "--value", "u64"],
      ["get", "scores", "--value", "json"],
      ["get", "scores", "--kind", "heap"],
      ["put", "scores", '"alice"'],
      ["put", "scores", '"alice"', "1", "--value", "u64", "--at", "0"],
      ["put", "x", "--kind", "once", "--clear"],
      ["watch", "jobs", "0", "--kind", "vec"],
    ]) {
      expect(await run(args), args.join(" ")).toMatchObject({ exitCode: 2, stdout: "" });
    }
  });
});
