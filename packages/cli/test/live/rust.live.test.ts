import { RustPeer, startRelay, whyNoPeer, type LocalRelay, type RustNode } from "@mosaik/interop";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";

const obstacle = whyNoPeer();
const TYPES = "mosaik_peer::datum::types";
const READING = `${TYPES}::SensorReading{sensor:string,channel:u8,celsius:f64,humidity:f32,offset:i32,at:u64,calibrated:bool,labels:vec<string>,note:option<string>,mark:[u8;4]}`;
const PLACE = `enum mosaik_peer::collections::types::Venue{Open,Hall(u8),Tent{name:string}}; mosaik_peer::collections::types::Place{venue:mosaik_peer::collections::types::Venue,row:u16,seat:i32,holder:option<string>}`;
const ORDER = "mosaik_peer::collections::types::Order{quantity:u64,price:f64,note:string}";

const reading = {
  sensor: "attic",
  channel: 255,
  celsius: -12.25,
  humidity: 0.5,
  offset: -70_000,
  at: 1_700_000_000_000,
  calibrated: true,
  labels: ["a", "b"],
  note: null,
  mark: [1, 2, 3, 4] as const,
};

describe.skipIf(obstacle !== undefined)("the command among Rust nodes", () => {
  let relay: LocalRelay;
  let rust: RustPeer;
  beforeAll(async () => {
    await buildCommand();
    if (obstacle !== undefined) return;
    relay = await startRelay();
    rust = await RustPeer.start();
  });
  afterAll(async () => {
    await rust?.close();
    await relay?.close();
  });

  /** A Rust node in a network of its own. It announces itself every second, so that its consumers look again at producers that they missed. */
  const joined = (network: string): Promise<RustNode> =>
    rust.join({ network, relay: relay.url, announceIntervalMs: 1000 }, network);

  /** The options by which the command joins the network of a Rust node. */
  const joining = ({ name, addr }: RustNode): string[] => {
    const address = `${addr.id}@${[...addr.directAddrs, ...addr.relayUrls].join(",")}`;
    return ["--network", name, "--relay", relay.url, "--no-dht", "--bootstrap", address];
  };

  it("tails a Rust stream by the notation of its type", async () => {
    const node = await joined("rust-tail");
    const producer = await node.produce("sensorReading");
    await using tail = start(["tail", READING, "--count", "2", "--json", ...joining(node)]);
    await producer.subscribed();
    await producer.send([reading, { ...reading, celsius: 21.5, note: "warm", at: "18446744073709551615" }]);
    const { exitCode, stdout } = await tail.finished();
    expect(exitCode).toBe(0);
    const [first, second] = stdout.split("\n") as [string, string];
    expect(JSON.parse(first)).toMatchObject({ producer: node.id, value: reading });
    expect(second).toContain('"at":18446744073709551615,');
    expect(JSON.parse(second)).toMatchObject({ value: { celsius: 21.5, note: "warm" } });
  });

  it("tails a Rust stream by its id, for people", async () => {
    const node = await joined("rust-tail-id");
    const producer = await node.produce("shape", { streamId: "shapes" });
    const type = `enum ${TYPES}::Shape{Empty,Circle(u32),Rect{w:u32,h:u32},Pair(u8,i16)}`;
    await using tail = start(["tail", type, "--id", "shapes", "--quiet", "-c", "2", ...joining(node)]);
    await producer.subscribed();
    await producer.send([{ Rect: { w: 1, h: 300 } }, "Empty"]);
    const { stdout } = await tail.finished();
    expect(stdout).toMatch(/Rect.*w: 1, h: 300.*\n.*Empty\n$/);
  });

  it("produces to a Rust consumer, until it has everything", async () => {
    const node = await joined("rust-produce");
    const consumer = await node.consume("sensorReading");
    const { exitCode, stdout } = await run(["produce", READING, "--json", ...joining(node)], {
      stdin: `${JSON.stringify(reading)}\n`.repeat(3),
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sent: 3, confirmed: [node.id], unconfirmed: [] });
    expect(await consumer.received(3)).toEqual([reading, reading, reading]);
  });

  it("calls a Rust handler: answer, error of its own, deadline", async () => {
    const node = await joined("rust-call");
    await node.handle("string", { functionId: "shout", answer: "upper" });
    await node.handle("string", { functionId: "fail", error: "no" });
    await node.handle("string", { functionId: "slow", delayMs: 60_000 });
    await node.handle("u64");
    const types = ["--request", "string", "--response", "string", "--error", "string"];
    const call = (...args: string[]) => run(["call", ...args, ...joining(node)]);
    expect(await call("shout", "bob", ...types)).toMatchObject({ exitCode: 0, stdout: '"BOB"\n' });
    expect(await call("fail", "bob", ...types)).toMatchObject({
      exitCode: 6,
      stderr: 'error: the function answered with an error: "no"\n',
    });
    expect(await call("slow", "bob", "--deadline", "1s", ...types)).toMatchObject({ exitCode: 5 });
    const big = "18446744073709551615";
    expect(await call(".", big, "--request", "u64", "--response", "u64")).toMatchObject({ stdout: `${big}\n` });
  });

  it("reads, writes and watches a Rust map", async () => {
    const node = await joined("rust-map");
    const map = await node.openCollection("map<string, u64>", { store: "scores", role: "writer" });
    await map.online({ timeoutMs: 30_000 });
    await map.write(["insert", "alice", 42]);
    const flags = ["--value", "u64", ...joining(node)];
    expect(await run(["get", "scores", "alice", "--quiet", ...flags])).toMatchObject({ exitCode: 0, stdout: "42\n" });

    await using watch = start(["watch", "scores", "--json", "-c", "1", ...flags]);
    await watch.errorLines.find(/watching from version/);
    const put = await run(["put", "scores", "bob", "18446744073709551615", "--json", ...flags]);
    expect(put).toMatchObject({ exitCode: 0 });
    await map.reaches((JSON.parse(put.stdout) as { version: number }).version);
    expect(await map.entries()).toEqual(expect.arrayContaining([["bob", "18446744073709551615"]]));
    expect((await watch.finished()).stdout).toMatch(/"change":"set".*"key":"bob","value":18446744073709551615/);
  });

  it("reads and writes a Rust map of structures", async () => {
    const node = await joined("rust-map-structures");
    const map = await node.openCollection("map<place, order>", { store: "seats", role: "writer" });
    await map.online({ timeoutMs: 30_000 });
    const flags = ["--key", PLACE, "--value", ORDER, "--quiet", ...joining(node)];
    const place = { venue: { Hall: 2 }, row: 1, seat: -1, holder: null };
    const order = { quantity: 3, price: 0.5, note: "window" };
    const put = await run(["put", "seats", JSON.stringify(place), JSON.stringify(order), ...flags]);
    expect(put).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await map.entries()).toEqual([[place, order]]);
    const get = await run(["get", "seats", "--json", ...flags]);
    expect(JSON.parse(get.stdout)).toEqual({ key: place, value: order });
  });

  it("looks at a group of Rust members", async () => {
    const node = await joined("rust-group");
    const other = await rust.join(
      { network: "rust-group", relay: relay.url, announceIntervalMs: 1000 },
      "rust-group-2",
    );
    await other.syncWith(node.addr);
    const secret = "a secret of both languages";
    const group = await node.joinCounter({ secret });
    const follower = await other.joinCounter({ secret });
    const { leader } = await follower.until((state) => state.leader !== null && state.online, { timeoutMs: 30_000 });
    await group.until((state) => state.online, { timeoutMs: 30_000 });
    await group.execute([{ Increment: 5 }, { Decrement: 2 }]);
    const machine = ["--machine", "mosaik-peer.counter", "--type-name", "mosaik_peer::groups::machine::Counter"];
    const { exitCode, stdout } = await run(["group", ...machine, "--json", ...joining(node)], {
      env: { MOSAIK_GROUP_SECRET: secret },
    });
    expect(exitCode).toBe(0);
    const state = JSON.parse(stdout) as { members: { peer: string; isConnected: boolean }[] };
    expect(state).toMatchObject({ group: group.id, leader, committed: 2, isOnline: true });
    expect(state.members.map(({ peer, isConnected }) => [peer, isConnected])).toEqual(
      [node.id, other.id].sort().map((peer) => [peer, true]),
    );
    await follower.execute([{ Increment: 1 }]);
    expect(await group.query({ strong: true })).toMatchObject({ result: 4 });
  });
});
