import { stream, type Network } from "mosaik";
import { beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";
import { joining, useNodes } from "../node.js";

const nodes = useNodes();
beforeAll(buildCommand);

const Readings = stream<{ celsius: number }>("readings");
const NETWORK = "command-streams";

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
