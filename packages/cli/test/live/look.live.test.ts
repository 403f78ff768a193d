import { RustPeer, startRelay, whyNoPeer, type LocalRelay } from "@mosaik/interop";
import { formatAddress, stream } from "mosaik";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run, start } from "../command.js";
import { joining, useNodes } from "../node.js";

const nodes = useNodes();
/** A peer that nobody has ever been, where nobody listens. */
const NOBODY = "ae58ff8833241ac82d6ff7611046ed67b5072d142c588d0063e942d9a75502b6@127.0.0.1:9";
const parsed = (text: string): unknown[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

beforeAll(buildCommand);

describe("mosaik peers", () => {
  it("lists who is there, for people and for scripts", async () => {
    const node = await nodes.join("peers", { discovery: { tags: ["blue"] } });
    stream("readings").producer(node);
    const listed = await run(["peers", "--name", "blue", ...joining("peers", node)]);
    expect(listed.exitCode).toBe(0);
    expect(listed.stdout).toMatch(new RegExp(`^PEER .*\n${node.local.id.short()} .* ms .*blue\n$`));
    const long = await run(["peers", "--long", "--name", "readings", ...joining("peers", node)]);
    expect(long.stdout).toContain(`${node.local.id.hex}\n`);
    expect(long.stdout).toMatch(/ {2}streams +readings\n/);
    const { stdout } = await run(["peers", "--json", ...joining("peers", node)]);
    expect(parsed(stdout)).toMatchObject([{ id: node.local.id.hex, streams: [expect.any(String)], tickets: 0 }]);
  });

  it("goes on with who comes and leaves, until it is interrupted", async () => {
    const node = await nodes.join("peers-watch");
    await using watch = start(["peers", "--watch", "--json", ...joining("peers-watch", node)]);
    await watch.lines.first(1);
    const other = await nodes.join("peers-watch", { discovery: { bootstrap: [node.local.address()] } });
    const about = (change: string) => new RegExp(`"change":"${change}".*"id":"${other.local.id.hex}"`);
    await watch.lines.find(about("appeared"));
    await other.close();
    await watch.lines.find(about("departed"));
    expect(await watch.interrupt()).toMatchObject({ exitCode: 130 });
  });

  it("finds nobody in another network", async () => {
    const node = await nodes.join("peers-here");
    const { exitCode, stderr } = await run(["peers", "--timeout", "1s", ...joining("peers-there", node)]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^error: no peer of network \w+ was found within 1 s\nCheck --network/m);
  });

  it("says what is missing in the command line", async () => {
    expect(await run(["peers"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/which network/) as string,
    });
    expect(await run(["peers", "-n", "x", "--no-dht"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/nobody can be found/) as string,
    });
  });
});

describe("mosaik ping", () => {
  it("reaches by its address who is in no catalog, and says who belongs to another network", async () => {
    const node = await nodes.join("ping-address");
    const ping = (network: string) => {
      const address = formatAddress(node.local.address());
      return run(["ping", address, "-c", "1", "--network", network, "--no-relay", "--no-dht"]);
    };
    expect(await ping("ping-address")).toMatchObject({ exitCode: 0 });
    expect(await ping("ping-elsewhere")).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`${node.local.id.short()} is a member of another network`) as string,
    });
  });

  it("tells how far a peer is, by the beginning of its id", async () => {
    const node = await nodes.join("ping");
    const args = ["ping", node.local.id.hex.slice(0, 8), "-c", "2", "-i", "10ms", ...joining("ping", node)];
    const { exitCode, stdout } = await run(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/seq=1 [\d.]+ ms directly at 127\.0\.0\.1:\d+ .*\n.* seq=2 .*\nround trip min .* ms\n$/);
    expect(parsed((await run([...args, "--json"])).stdout)).toMatchObject([
      { seq: 1, peer: node.local.id.hex, rttMs: expect.any(Number) as number, path: { kind: "direct" } },
      { seq: 2 },
    ]);
  });

  it("fails where nobody answers, and for what is no peer", async () => {
    const node = await nodes.join("ping-nobody");
    const ping = (peer: string) => run(["ping", peer, "-c", "1", "-t", "1s", ...joining("ping-nobody", node)]);
    expect(await ping(NOBODY)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/mosaik diagnose ae58ff8833/) as string,
    });
    expect(await ping("abcd")).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/no peer whose id begins with abcd/) as string,
    });
    expect(await ping("zz")).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/not a peer/) as string });
  });
});

describe("mosaik diagnose", () => {
  it("tells that nothing is wrong, and what is", async () => {
    const node = await nodes.join("diagnose");
    const diagnose = (peer: string) => run(["diagnose", peer, "--json", "-t", "1s", ...joining("diagnose", node)]);
    const healthy = await diagnose(node.local.id.hex);
    expect(healthy.exitCode).toBe(0);
    expect(JSON.parse(healthy.stdout)).toMatchObject({ peer: node.local.id.hex, isHealthy: true });
    const ill = await diagnose(NOBODY);
    expect(ill.exitCode).toBe(1);
    const { isHealthy, findings } = JSON.parse(ill.stdout) as { isHealthy: boolean; findings: string[] };
    expect(isHealthy).toBe(false);
    expect(findings.at(-1)).toMatch(/does not answer a ping/);
  });
});

describe("mosaik beacon", () => {
  it("brings others together, says who comes and goes, and leaves when it is interrupted", async () => {
    const args = ["beacon", "--network", "beacon", "--no-relay", "--no-dht", "--bind", "127.0.0.1:0", "--json"];
    await using beacon = start(args);
    const [online] = (await beacon.lines.firstJson(1)) as [{ address: string; id: string }];
    const node = await nodes.join("beacon", { discovery: { bootstrap: [online.address] } });
    await beacon.lines.find(new RegExp(`"event":"appeared".*${node.local.id.hex}.*"peers":1`));
    await node.discovery.catalog.when((peers) => peers.peersCount() > 0);
    await node.close();
    await beacon.lines.find(new RegExp(`"event":"departed".*${node.local.id.hex}.*"peers":0`));
    expect(await beacon.interrupt()).toMatchObject({ exitCode: 130 });
  });
});

describe("mosaik beacon, looked at", () => {
  const here = ["--network", "beacon-looked-at", "--no-relay", "--no-dht", "--bind", "127.0.0.1:0", "--json"];
  const SECRET = "what the observers of this test know";

  it("serves metrics, and tells who knows the secret how it stands", async () => {
    const env = { MOSAIK_OBSERVE_SECRET: SECRET };
    await using beacon = start(["beacon", "--prometheus", "0", ...here], { env });
    const [online] = (await beacon.lines.firstJson(1)) as [{ address: string; id: string; metrics: string }];
    expect(online.metrics).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(await (await fetch(online.metrics)).text()).toMatch(/^mosaik_\w+\{network="[0-9a-f]+/m);
    const top = ["top", "--once", "--interval", "250ms", ...here, "--bootstrap", online.address];
    const [known, unknown] = await Promise.all([run(top, { env }), run(top)]);
    const statusIn = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout) as { peers: { id: string; status: object | null }[] }).peers.find(
        ({ id }) => id === online.id,
      )?.status;
    expect(statusIn(known)).toMatchObject({ peersCount: expect.any(Number) as number });
    expect(statusIn(unknown)).toBeNull();
    expect(await beacon.interrupt()).toMatchObject({ exitCode: 130 });
    await expect(fetch(online.metrics)).rejects.toThrow();
  });

  it.each([
    ["--prometheus", "x:y:z", "Write PORT, HOST:PORT or [IPv6]:PORT."],
    ["--prometheus", "65536", "Write PORT, HOST:PORT or [IPv6]:PORT."],
    ["--observe-peer", "nobody", "--observe-peer: not a peer id"],
    ["--observe-secret-file", "/nowhere/secret", "cannot be read from /nowhere/secret"],
  ])("refuses %s %s", async (flag, value, message) => {
    const { exitCode, stdout, stderr } = await run(["beacon", flag, value, ...here]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

const obstacle = whyNoPeer();
describe.skipIf(obstacle !== undefined)("a Rust node", () => {
  let relay: LocalRelay;
  let rust: RustPeer;
  beforeAll(async () => {
    if (obstacle !== undefined) return;
    relay = await startRelay();
    rust = await RustPeer.start();
  });
  afterAll(async () => {
    await rust?.close();
    await relay?.close();
  });

  it("is listed, pinged and found to be well", async () => {
    const node = await rust.join({ network: "look-rust", relay: relay.url }, "look-rust");
    const address = `${node.addr.id}@${[...node.addr.directAddrs, ...node.addr.relayUrls].join(",")}`;
    const flags = ["--json", "-n", "look-rust", "--relay", relay.url, "--no-dht", "--bootstrap", address];
    const [peers, ping, diagnosis] = await Promise.all([
      run(["peers", ...flags]),
      run(["ping", node.id, "-c", "1", ...flags]),
      run(["diagnose", node.id, ...flags]),
    ]);
    expect(parsed(peers.stdout)).toContainEqual(expect.objectContaining({ id: node.id, protocol: "0.4.2" }));
    expect(parsed(ping.stdout)).toMatchObject([{ peer: node.id, protocol: "0.4.2" }]);
    expect(diagnosis.exitCode).toBe(0);
    expect(parsed(diagnosis.stdout)).toMatchObject([{ peer: node.id, isHealthy: true }]);
  });

  it("begins with a beacon", async () => {
    const flags = ["--network", "beacon-rust", "--relay", relay.url, "--no-dht", "--json"];
    await using beacon = start(["beacon", ...flags]);
    const [{ id, address }] = (await beacon.lines.firstJson(1)) as [{ id: string; address: string }];
    const all = address.split("@")[1]!.split(",");
    const addr = {
      id,
      directAddrs: all.filter((one) => !one.includes("/")),
      relayUrls: all.filter((one) => one.includes("/")),
    };
    const node = await rust.join({ network: "beacon-rust", relay: relay.url, bootstrap: [addr] }, "beacon-rust");
    await beacon.lines.find(new RegExp(`"event":"appeared".*${node.id}`));
  });
});
