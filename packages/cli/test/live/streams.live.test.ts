import { fileURLToPath } from "node:url";
import { stream, t, type Network } from "mosaik";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";
import { joining, useNodes } from "../node.js";

const nodes = useNodes();
beforeAll(buildCommand);

const Readings = stream<{ celsius: number }>("readings");
const NETWORK = "command-streams";
const MODULE = fileURLToPath(new URL("shared-types.mjs", import.meta.url));
const Reading = t.struct("demo::Reading", { sensor: t.string, celsius: t.f64 });

/** Sends to every consumer that comes, one after the other. */
async function producing(network: Network) {
  const producer = Readings.producer(network);
  await producer.when().subscribed();
  return producer;
}

describe("mosaik tail", () => {
  it("prints so many, each with its producer, and ends", async () => {
    const node = await nodes.join(NETWORK);
    const tail = run(["tail", "readings", "--count", "3", "--json", ...joining(NETWORK, node)]);
    const producer = await producing(node);
    for (let celsius = 1; celsius <= 5; celsius++) await producer.send({ celsius });
    const { stdout, stderr, exitCode } = await tail;
    expect(exitCode).toBe(0);
    const printed = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(printed).toHaveLength(3);
    for (const [i, item] of printed.entries()) {
      expect(item).toEqual({
        at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        producer: node.local.id.hex,
        value: { celsius: i + 1 },
      });
    }
    expect(stderr).toContain("takes a consumer's place at every producer of readings");
    expect(stderr).toContain(`"event":"connected","producer":"${node.local.id.hex}"`);
  });

  it("prints for people, tells who is gone, and goes on until it is interrupted", async () => {
    const node = await nodes.join(NETWORK);
    await using tail = start(["tail", "readings", ...joining(NETWORK, node)]);
    const producer = await producing(node);
    await producer.send({ celsius: 21.5 });
    const line = await tail.lines.find(/21\.5/);
    expect(line).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} ${node.local.id.short()} .*21\\.5`));
    await producer.close();
    await tail.errorLines.find(/disconnected from/);
    const { exitCode, stderr } = await tail.interrupt();
    expect(exitCode).toBe(130);
    expect(stderr).not.toContain("error:");
  });

  it("ends in silence when its reader has seen enough", async () => {
    const node = await nodes.join(NETWORK);
    await using tail = start(["tail", "readings", "--quiet", ...joining(NETWORK, node)]);
    const producer = await producing(node);
    const events = producer.events();
    await producer.send({ celsius: 1 });
    await tail.lines.first(1);
    tail.hangUp();
    await producer.send({ celsius: 2 });
    // It says goodbye: the producer does not find out by its silence.
    expect(await events.next()).toMatchObject({ value: { kind: "disconnected", code: 102 } });
    const { exitCode, stderr } = await tail.finished();
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
  });

  it("prints events among the results on request", async () => {
    const node = await nodes.join(NETWORK);
    await using tail = start(["tail", "readings", "--events", "--json", ...joining(NETWORK, node)]);
    const producer = await producing(node);
    await producer.send({ celsius: 1 });
    await tail.lines.first(2);
    await producer.close();
    const events = await tail.lines.firstJson(3);
    expect(events).toMatchObject([
      { event: "connected" },
      { value: { celsius: 1 } },
      { event: "disconnected", code: 204 },
    ]);
  });

  it("reads by the codecs of a module, of a transform what is on the wire", async () => {
    const node = await nodes.join(NETWORK);
    const producer = stream(Reading).producer(node);
    const tail = run(["tail", `${MODULE}#Reading`, "--count", "1", "--json", ...joining(NETWORK, node)]);
    await producer.send({ sensor: "attic", celsius: 21.5 });
    expect(JSON.parse((await tail).stdout)).toMatchObject({ value: { sensor: "attic", celsius: 21.5 } });

    const words = stream("words", t.string).producer(node);
    const loud = run(["tail", "words", "--type", `${MODULE}#Text`, "--count", "1", ...joining(NETWORK, node)]);
    await words.send("hello");
    expect((await loud).stdout).toContain("hello");
  });

  it.each([
    ["./nowhere.mjs#Reading", "there is no file ./nowhere.mjs"],
    [`${MODULE}#Reeding`, "Did you mean Reading?"],
    [`${MODULE}#VERSION`, "exports no codec VERSION"],
    [MODULE, "exports several codecs: Reading, Text"],
  ])("exits with 2 for %s: %s", async (type, reason) => {
    const { exitCode, stderr } = await run(["tail", "readings", "--type", type, "--network", NETWORK, "--no-relay"]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });

  it("takes only the producers that --from names", async () => {
    const node = await nodes.join(NETWORK);
    const discovery = { bootstrap: [node.local.address()] };
    const other = await nodes.join(NETWORK, { discovery });
    const [wanted, unwanted] = [Readings.producer(node), Readings.producer(other)];
    await using tail = start([
      ...["tail", "readings", "--json", "--events", "--from", node.local.id.short()],
      ...joining(NETWORK, node),
    ]);
    await wanted.when().subscribed();
    await tail.lines.find((line) => line.includes("refused") && line.includes(other.local.id.hex));
    await wanted.send({ celsius: 1 });
    await tail.lines.find(/"celsius":1/);
    expect(unwanted.consumers()).toEqual([]);
  });

  it("slows nobody down, and says what it left out; with --hold-back it does, and leaves out nothing", async () => {
    const COUNT = 4000;
    const padding = "x".repeat(4096);
    /** What a tail that nobody reads for a while has printed in the end, and whether everything was taken meanwhile. */
    const unread = async (...options: string[]) => {
      const node = await nodes.join(NETWORK);
      const args = ["tail", "readings", "--json", "--count", "1000000", ...options, ...joining(NETWORK, node)];
      await using tail = start(args);
      const producer = Readings.producer(node, { noProgressLimitMs: 60_000 });
      await producer.when().subscribed();
      tail.readNothing();
      let sent = 0;
      const sending = (async () => {
        for (; sent < COUNT; sent++) await producer.send({ celsius: sent, padding } as { celsius: number });
      })();
      let before = -1;
      const isAtRest = (): boolean => sent === COUNT || (sent > 0 && sent === before);
      await expect.poll(() => isAtRest() || ((before = sent), false), { interval: 500, timeout: 30_000 }).toBe(true);
      const sentMeanwhile = sent;
      tail.readOn();
      await sending;
      await tail.lines.find((line) => line.includes(`"celsius":${COUNT - 1},`));
      const printed = tail.lines.all.map((line) => (JSON.parse(line) as { value: { celsius: number } }).value.celsius);
      const { stderr } = await tail.interrupt();
      return { sentMeanwhile, printed, stderr };
    };
    const held = await unread("--hold-back");
    expect(held.sentMeanwhile).toBeLessThan(COUNT);
    expect(held.printed).toEqual(Array.from({ length: COUNT }, (_, i) => i));

    const free = await unread();
    expect(free.sentMeanwhile).toBe(COUNT);
    expect(free.printed.length).toBeLessThan(COUNT);
    expect(free.printed).toEqual(free.printed.toSorted((a, b) => a - b));
    expect(free.stderr).toContain('"event":"dropped"');
  });

  it.each([
    { options: ["--resume"], isWhole: true },
    { options: [], isWhole: false },
  ])("goes on behind a broken subscription, with $options whole: $isWhole", async ({ options, isWhole }) => {
    const node = await nodes.join(NETWORK);
    await using tail = start(["tail", "readings", "--json", "--hold-back", ...options, ...joining(NETWORK, node)]);
    const producer = Readings.producer(node, { resume: {}, noProgressLimitMs: 200, bufferItems: 16 });
    await producer.when().subscribed();
    await producer.send({ celsius: 0 });
    await tail.lines.first(1);

    // It stands still, until the producer lets it go.
    tail.signal("SIGSTOP");
    const events = producer.events();
    let sent = 0;
    let isGone = false;
    const padding = "x".repeat(16_384);
    const sending = (async () => {
      while (!isGone) await producer.send({ celsius: ++sent, padding } as { celsius: number });
    })();
    for await (const { kind } of events) if (kind === "disconnected") break;
    isGone = true;
    tail.signal("SIGCONT");
    await sending;
    await producer.when().subscribed();
    await producer.send({ celsius: ++sent });
    await tail.lines.find((line) => line.includes(`"celsius":${sent}}`));

    const printed = tail.lines.all.map((line) => (JSON.parse(line) as { value: { celsius: number } }).value.celsius);
    const all = Array.from({ length: sent + 1 }, (_, i) => i);
    if (isWhole) expect(printed).toEqual(all);
    else expect(printed.length).toBeLessThan(all.length);
    const gap = `"event":"gap"`;
    const { stderr } = await tail.interrupt();
    expect(stderr.includes(gap), stderr).toBe(!isWhole);
    if (isWhole) expect(stderr).toContain('"isResumed":true');
  });

  it("exits with 3 where nobody produces the stream", async () => {
    const node = await nodes.join(NETWORK);
    const { exitCode, stderr, stdout } = await run(["tail", "readings", "-t", "300ms", ...joining(NETWORK, node)]);
    expect(exitCode).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/no producer of readings took this consumer within 0\.3 s/);
  });

  it("exits with 2 for what cannot be understood, before it joins", async () => {
    expect(await run(["tail", "x", "--from", "nobody"])).toMatchObject({ exitCode: 2 });
    expect(await run(["tail", "x", "--type", "json", "--id", "y"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("x and --id y are both ids") as string,
    });
    expect(await run(["tail", "."])).toMatchObject({ exitCode: 2 });
    expect(await run(["tail", ".", "--type", "json", "--network", NETWORK, "--mdns", "--no-dht"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("no Rust type name") as string,
    });
  });
});

describe("mosaik produce", () => {
  it("sends the lines of stdin, and ends when they have arrived", async () => {
    const node = await nodes.join(NETWORK);
    const consumer = Readings.consumer(node);
    const stdin = Array.from({ length: 2000 }, (_, i) => `{"celsius":${i}}\n`).join("\n");
    const { exitCode, stdout } = await run(["produce", "readings", "--json", ...joining(NETWORK, node)], { stdin });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      sent: 2000,
      undelivered: 0,
      dropped: 0,
      confirmed: [node.local.id.hex],
      unconfirmed: [],
    });
    for (let i = 0; i < 2000; i++) expect(await consumer.recv()).toEqual({ celsius: i });
  });

  it("repeats a value at an interval", async () => {
    const node = await nodes.join(NETWORK);
    const consumer = Readings.consumer(node);
    const args = ["produce", "readings", '{"celsius":3}', "--repeat", "3", "--interval", "20ms"];
    const { exitCode, stdout } = await run([...args, ...joining(NETWORK, node)]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe("3 sent, 1 of 1 consumers have confirmed them\n");
    for (let i = 0; i < 3; i++) expect(await consumer.recv()).toEqual({ celsius: 3 });
  });

  it("names the line that is no value, and has sent those before it", async () => {
    const node = await nodes.join(NETWORK);
    const consumer = Readings.consumer(node);
    const { exitCode, stderr, stdout } = await run(["produce", "readings", ...joining(NETWORK, node)], {
      stdin: '{"celsius":1}\n\n{"celsius":\n',
    });
    expect(exitCode).toBe(2);
    expect(stdout).toContain("1 sent");
    expect(stderr).toContain("error: line 3:");
    expect(await consumer.recv()).toEqual({ celsius: 1 });
  });

  it("exits with 3 where too few subscribe in time", async () => {
    const node = await nodes.join(NETWORK);
    Readings.consumer(node);
    const args = ["produce", "readings", "1", "--subscribers", "2", "-t", "1s", ...joining(NETWORK, node)];
    const { exitCode, stderr } = await run(args);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/of 2 consumers subscribed to readings .* within 1 s/);
  });

  it("sends to nobody on request, and says so", async () => {
    const { exitCode, stdout, stderr } = await run([
      ...["produce", "readings", "1", "--no-wait", "--json"],
      ...["--network", NETWORK, "--no-relay", "--no-dht"],
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sent: 1, undelivered: 1 });
    expect(stderr).toContain("1 were sent while nobody consumed the stream");
  });

  it("is interrupted while it waits for its stdin", async () => {
    const node = await nodes.join(NETWORK);
    const consumer = Readings.consumer(node);
    await using produce = start(["produce", "readings", ...joining(NETWORK, node)], { stdin: { open: true } });
    produce.write('{"celsius":1}\n');
    expect(await consumer.recv()).toEqual({ celsius: 1 });
    const { exitCode, stderr } = await produce.interrupt();
    expect(exitCode).toBe(130);
    expect(stderr).not.toContain("error:");
  });

  it("tails what it produces", async () => {
    const node = await nodes.join(NETWORK);
    const tail = run(["tail", "words", "--type", "string", "--count", "1", "--json", ...joining(NETWORK, node)]);
    const produce = await run(["produce", "words", '"hello"', "--type", "string", ...joining(NETWORK, node)]);
    expect(produce.exitCode).toBe(0);
    expect(JSON.parse((await tail).stdout)).toMatchObject({ value: "hello" });
  });
});
