import { DhtTestnet, whyNoPeer } from "@mosaik/interop";
import type { Network } from "mosaik";
import { formatAddress } from "mosaik";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand, run } from "../command.js";
import { useNodes } from "../node.js";

const obstacle = whyNoPeer();
const nodes = useNodes();
/** Nobody has its secret key. */
const DEAD_PEER = "8fd572bd6688da18e2d9bdea204093b9fc7557b551ba5de392cf6302f2a68e0d";

interface Slot {
  readonly slot: number;
  readonly peer: string | null;
  readonly address?: string;
  readonly writtenAtMs?: number;
  readonly dhtAnswers: number;
  readonly rttMs: number | null;
  readonly error?: string;
}

describe.skipIf(obstacle !== undefined)("mosaik dht, in a DHT of Rust's nodes", () => {
  let dht: DhtTestnet;
  beforeAll(async () => {
    await buildCommand();
    if (obstacle === undefined) dht = await DhtTestnet.start({ count: 8 });
  });
  afterAll(() => dht?.close());

  const routers = (): string[] => dht.bootstrap.flatMap((router) => ["--dht-router", router]);
  const look = (network: string, ...args: string[]) =>
    run(["dht", "--network", network, "--no-relay", ...routers(), ...args]);
  const slotsOf = (stdout: string): Slot[] =>
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Slot);

  /** A node that has its slot. */
  async function announced(network: string): Promise<Network> {
    const node = await nodes.join(network, { discovery: { dht: { routers: dht.bootstrap } } });
    await expect
      .poll(async () => (await dht.slots(network)).map(({ peer }) => peer?.id), { timeout: 30_000 })
      .toContain(node.local.id.hex);
    return node;
  }

  it("shows who is in which slot, and whether they answer", async () => {
    const network = "command-dht";
    const node = await announced(network);
    const taken = (await dht.slots(network)).findIndex(({ peer }) => peer?.id === node.local.id.hex);
    const dead = { id: DEAD_PEER, relayUrls: [], directAddrs: ["127.0.0.1:9"] };
    const other = (taken + 1) % 16;
    await dht.publish(network, { slot: other, peer: dead, seq: Date.now() * 1000 });

    const { exitCode, stdout, stderr } = await look(network, "--json", "--timeout", "2s");
    expect(exitCode, stderr).toBe(0);
    const slots = slotsOf(stdout);
    expect(slots.map(({ slot }) => slot)).toEqual(Array.from({ length: 16 }, (_, number) => number));
    expect(slots.every(({ dhtAnswers }) => dhtAnswers > 0)).toBe(true);
    expect(slots.filter(({ peer }) => peer !== null).length).toBe(2);
    expect(slots[taken]).toMatchObject({ peer: node.local.id.hex, address: formatAddress(node.local.address()) });
    expect(slots[taken]!.rttMs).toBeGreaterThan(0);
    expect(Math.abs(Date.now() - slots[taken]!.writtenAtMs!)).toBeLessThan(120_000);
    expect(slots[other]).toMatchObject({ peer: DEAD_PEER, rttMs: null, error: expect.any(String) as string });

    const table = await look(network, "--timeout", "2s");
    expect(table.stdout.split("\n")[0]).toMatch(/^SLOT +PEER +WRITTEN +ANSWERS +ADDRESS/);
    const row = new RegExp(`^${taken} +${node.local.id.short()} +\\d+ s ago +[\\d.]+ ms +${node.local.id.hex}@`, "m");
    expect(table.stdout).toMatch(row);
    expect(table.stdout).toMatch(new RegExp(`^${other} +${DEAD_PEER.slice(0, 10)} +\\d+ s ago +no: `, "m"));
    expect((await dht.slots(network)).filter(({ peer }) => peer).length, "the command leaves no trace").toBe(2);
  });

  it("ends with 3 where nobody is in the slots", async () => {
    const { exitCode, stderr } = await look("command-dht-nobody");
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^error: nobody is in the slots of network /m);
  });

  it("says what to do where no node of the DHT answers", async () => {
    const { exitCode, stderr } = await run([
      "dht",
      "--network",
      "command-dht",
      "--no-relay",
      "--dht-router",
      "127.0.0.1:9",
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/no node of the DHT answered[^]*--dht-router/);
  });

  it("refuses what leaves nothing to look into", async () => {
    for (const [args, reason] of [
      [["--network", "x", "--no-dht"], "--no-dht leaves nothing to look into"],
      [routers(), "which network?"],
      [["--network", "x", "--dht-router", "nowhere"], "nowhere"],
    ] as const) {
      const { exitCode, stderr } = await run(["dht", ...args]);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(reason)]);
    }
  });
});
