import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Internet, whyNoInternet, type Host } from "./internet.js";
import { buildNode, NodeProcess, until } from "./node-process.js";

const obstacle = whyNoInternet();
if (obstacle !== undefined) console.warn(obstacle);

const MEET_MS = 30_000;

describe.skipIf(obstacle !== undefined)("on a local network without relays, DHT or known addresses", () => {
  let internet: Internet;
  const nodes: NodeProcess[] = [];

  beforeAll(buildNode, 180_000);
  beforeEach(async () => {
    internet = await Internet.make();
  });
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.kill()));
    await internet.close();
  });

  const start = async (host: Host, networkId: string, mdns = true): Promise<NodeProcess> => {
    const name = `n${nodes.length}`;
    const node = await NodeProcess.start(host, { name, networkId, relay: "none", discovery: { dht: false, mdns } });
    nodes.push(node);
    return node;
  };

  it("nodes of one network find each other by multicast DNS, and no others", async () => {
    const router = await internet.router(20, "keeping");
    const [first, second, third] = await Promise.all([router.host(2), router.host(3), router.host(4)]);
    const pair = [await start(first, "ours"), await start(second, "ours")];
    const others = [await start(third, "theirs"), await start(third, "ours", false)];
    const tookMs = await until("the two to hear each other", MEET_MS, pair, (states) =>
      pair.every((_node, i) => (states[i]!.received[pair[1 - i]!.id] ?? 0) >= 5),
    );
    console.log(`mDNS: heard each other after ${(tookMs / 1000).toFixed(1)} s`);
    for (const node of others) expect(Object.keys((await node.state()).peers)).toEqual([]);
    for (const node of pair) expect(Object.keys((await node.state()).peers)).toHaveLength(1);
  }, 60_000);
});
