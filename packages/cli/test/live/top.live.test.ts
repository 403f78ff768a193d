import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatAddress, func, stream, t, type Network } from "mosaik";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { obstacle, useLanguages } from "../../../../interop/test/setup.js";
import { buildCommand, run, start } from "../command.js";
import { joining, useNodes } from "../node.js";
import { Terminal } from "../terminal.js";

const SECRET = "what the observers of these tests know";
const Numbers = stream("numbers", t.u32);
const Echo = func("echo", { request: t.string, response: t.string });

interface TopJson {
  readonly network: string;
  readonly peers: readonly {
    readonly id: string;
    readonly protocol: string;
    readonly tags: readonly string[];
    readonly functions: readonly string[];
    readonly silent?: string;
    readonly status: {
      readonly peersCount: number;
      readonly producers: readonly { readonly sent: number; readonly perSecond?: { readonly sent: number } }[];
      readonly handlers: readonly unknown[];
    } | null;
  }[];
}

beforeAll(buildCommand);

describe("mosaik top", () => {
  const nodes = useNodes();
  const env = { MOSAIK_OBSERVE_SECRET: SECRET };
  let timer: NodeJS.Timeout | undefined;

  afterEach(() => clearInterval(timer));

  /** Two nodes that let others look, one of which sends to the other, and one that does not. */
  async function network(): Promise<{ args: string[]; producer: Network; consumer: Network; quiet: Network }> {
    const producer = await nodes.join("top", { observe: { secret: SECRET } });
    const discovery = { bootstrap: [producer.local.address()] };
    const consumer = await nodes.join("top", { observe: { secret: SECRET }, discovery });
    const quiet = await nodes.join("top", { discovery });
    const numbers = Numbers.producer(producer);
    const taken = Numbers.consumer(consumer);
    void (async () => {
      for await (const _ of taken);
    })();
    Echo.handle(quiet, (text) => text);
    await numbers.when().online();
    await producer.discovery.catalog.when((catalog) => catalog.peersCount() === 2);
    timer = setInterval(() => void numbers.send(1).catch(() => {}), 10);
    return { args: ["top", ...joining("top", producer), "--name", "numbers"], producer, consumer, quiet };
  }

  it("prints once, as text and as JSON, what peers tell and what entries say of those that do not", async () => {
    const { args, producer, quiet } = await network();
    const text = await run([...args, "--once", "--sort", "out/s"], { env });
    expect(text).toMatchObject({ exitCode: 0, stderr: "" });
    const [headings, first] = text.stdout.split("\n");
    expect(headings).toContain("OUT/sv");
    expect(first).toContain(producer.local.id.short());
    expect(text.stdout).toMatch(new RegExp(`${quiet.local.id.short()} .* off `));

    const json = await run([...args, "--once", "--json"], { env });
    const { peers } = JSON.parse(json.stdout) as TopJson;
    expect(peers).toHaveLength(3);
    const ofProducer = peers.find(({ id }) => id === producer.local.id.hex)!;
    expect(ofProducer.status!.producers[0]!.sent).toBeGreaterThan(0);
    expect(ofProducer.status!.producers[0]!.perSecond!.sent).toBeGreaterThan(1);
    // The command itself is the third that the producer knows.
    expect(ofProducer.status!.peersCount).toBe(3);
    expect(peers.find(({ id }) => id === quiet.local.id.hex)).toMatchObject({ status: null, silent: "off" });
    expect(peers.find(({ id }) => id === quiet.local.id.hex)!.functions).toHaveLength(1);
  });

  it("is not allowed to look without the secret, which a file may hold", async () => {
    const { args, producer } = await network();
    const told = async (more: string[]): Promise<string | undefined> => {
      const { peers } = JSON.parse((await run([...args, "--once", "--json", ...more])).stdout) as TopJson;
      return peers.find(({ id }) => id === producer.local.id.hex)!.silent;
    };
    expect(await told([])).toBe("not allowed");
    const folder = await mkdtemp(join(tmpdir(), "mosaik-top-"));
    try {
      const file = join(folder, "secret");
      await writeFile(file, `${SECRET}\n`, { mode: 0o600 });
      expect(await told(["--secret-file", file])).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("prints a line of JSON for each interval until it is interrupted", async () => {
    const { args } = await network();
    await using top = start([...args, "--json", "--interval", "200ms"], { env });
    const lines = (await top.lines.firstJson(3)) as TopJson[];
    expect(lines.map(({ peers }) => peers.length)).toEqual([3, 3, 3]);
    expect((await top.interrupt()).exitCode).toBe(130);
  });

  it("ends with 2 for what it cannot understand, and with 3 where nobody is", async () => {
    const node = await nodes.join("elsewhere");
    const here = ["top", ...joining("elsewhere", node)];
    expect((await run([...here, "--sort", "beauty"])).exitCode).toBe(2);
    expect((await run([...here, "--interval", "1ms"])).exitCode).toBe(2);
    const nobody = await run(["top", ...joining("another network", node), "--timeout", "1s"], { env });
    expect(nobody).toMatchObject({ exitCode: 3, stdout: "" });
    const short = await run([...here, "--once"], { env: { MOSAIK_OBSERVE_SECRET: "short" } });
    expect(short).toMatchObject({ exitCode: 2, stdout: "" });
  });

  describe("in a terminal", () => {
    const size = { rows: 12, columns: 150 };
    const isAlive = (terminal: Terminal): boolean => / 2 live/.test(terminal.screen[0] ?? "");

    it("shows the peers live, sorts them, opens one, and gives the terminal back", async () => {
      const { args, producer } = await network();
      await using terminal = Terminal.start([...args, "--interval", "200ms"], size, env);
      await terminal.until(isAlive, "two peers that tell");
      expect(terminal.screen).toHaveLength(12);
      expect(terminal.screen[0]).toMatch(/^mosaik top {3}network [0-9a-f]{10} {3}3 peers, 2 live/);
      const row = (): string => terminal.screen.find((line) => line.includes(producer.local.id.short()))!;
      await terminal.until(() => /\d\.\d[A-Z]*i?B/.test(row()) || /\d+B/.test(row()), "rates");

      terminal.type("sssssssr");
      await terminal.until(({ screen }) => screen[1]!.includes("IN/s^"), "an order");
      terminal.type("rSSSSSSS");
      await terminal.until(({ screen }) => screen[1]!.includes("PEERv"), "the order by id");
      const at = terminal.screen.slice(2).findIndex((line) => line.includes(producer.local.id.short()));
      terminal.type(`\u001b[H${"\u001b[B".repeat(at)}\r`);
      await terminal.until(({ screen }) => screen[1] === `peer ${producer.local.id.hex}`, "the peer, opened");
      expect(terminal.screen.join("\n")).toMatch(/PRODUCES .*\nnumbers +on /);
      terminal.type("\u001b");
      await terminal.until(({ screen }) => screen[1]!.includes("PEER"), "the list again");

      terminal.type("q");
      expect(await terminal.ended()).toBe(0);
      expect(terminal.written).toContain("\u001b[?1049h");
      expect(terminal.written.trimEnd()).toMatch(/\u001b\[\?25h\u001b\[\?1049l$/);
    });

    it("follows the terminal's size", async () => {
      const { args } = await network();
      await using terminal = Terminal.start(args, size, env);
      await terminal.until(isAlive, "two peers that tell");
      await terminal.resize(6, 40);
      // `stty` changes one after the other.
      const fits = ({ screen }: Terminal): boolean => screen.length === 6 && screen.every((line) => line.length <= 40);
      await terminal.until(fits, "six lines of 40 columns");
      terminal.type("q");
      expect(await terminal.ended()).toBe(0);
    });

    it.each([
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const)("gives the terminal back at %s", async (signal, code) => {
      const { args } = await network();
      await using terminal = Terminal.start(args, size, env);
      await terminal.until(isAlive, "two peers that tell");
      await terminal.signal(signal);
      expect(await terminal.ended()).toBe(code);
      expect(terminal.written).toContain("\u001b[?1049l");
    });

    it("gives the terminal back where it fails, and says why behind that", async () => {
      const screen = new URL("../../dist/top/screen.js", import.meta.url).href;
      const failing = `import { Screen } from ${JSON.stringify(screen)};
        const onKey = () => { throw new Error("a defect") };
        new Screen({ onKey, onResize: () => {} }, process.stdin, process.stdout).show([{ text: "shown" }]);`;
      await using terminal = Terminal.startNode(["--input-type=module", "-e", failing], size);
      await terminal.until(({ screen }) => screen.includes("shown"), "the screen");
      terminal.type("q");
      expect(await terminal.ended()).toBe(1);
      const [before, behind] = terminal.written.split("\u001b[?1049l");
      expect(before).not.toContain("a defect");
      expect(behind).toContain("a defect");
    });

    it("waits for peers, and sees them come and go", async () => {
      const elsewhere = await nodes.join("elsewhere");
      await using empty = Terminal.start(["top", ...joining("nowhere", elsewhere)], size, env);
      await empty.until(({ screen }) => screen.includes("  no peer yet"), "that nobody is there");
      empty.type("q");
      expect(await empty.ended()).toBe(0);

      const later = await nodes.join("later", { observe: { secret: SECRET } });
      const args = ["top", ...joining("later", later)];
      await using terminal = Terminal.start(args, size, env);
      await terminal.until(({ screen }) => / 1 live/.test(screen[0] ?? ""), "the peer");
      const another = await nodes.join("later", { discovery: { bootstrap: [later.local.address()] } });
      await terminal.until(({ screen }) => /2 peers, 1 live/.test(screen[0] ?? ""), "the other peer");
      await another.close();
      await terminal.until(({ screen }) => /1 peer, 1 live/.test(screen[0] ?? ""), "it to be gone");
      terminal.type("\u0003");
      expect(await terminal.ended()).toBe(0);
    });
  });
});

describe.skipIf(obstacle !== undefined)("mosaik top among nodes of Rust", () => {
  const context = useLanguages();

  it("shows what their entries say", async () => {
    const { languages } = context;
    const { ts, rust } = await languages.pair("top-rust");
    await rust.handle("string", { functionId: "theirs" });
    await rust.produce("string", { streamId: "ours" });
    await ts.discovery.catalog.when((catalog) => (catalog.get(rust.id)?.entry.streams.size ?? 0) === 1);
    const args = ["top", "--network", "top-rust", "--no-dht", "--relay", languages.relay.url];
    const { stdout, exitCode } = await run([
      ...args,
      ...["--bootstrap", formatAddress(ts.local.address()), "--once", "--json"],
    ]);
    expect(exitCode).toBe(0);
    const { peers } = JSON.parse(stdout) as TopJson;
    const seen = peers.find(({ id }) => id === rust.id)!;
    expect(seen).toMatchObject({ protocol: "0.4.2", status: null, silent: "off" });
    expect(seen.functions).toHaveLength(1);
  });
});
