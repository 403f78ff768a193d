import { describe, expect, it } from "vitest";
import { SNAPSHOT_MAX_BYTES } from "../../src/discovery/protocol.js";
import { GOSSIP_CONTENT_MAX_BYTES } from "../../src/gossip/index.js";
import { ALPN, writeFrameHeader } from "../../src/network/index.js";
import { useNodes } from "../nodes.js";
import { Attacker, broadcast, framed, write } from "./attacker.js";
import { usedBytes } from "../heap.js";

const MIB = 1024 * 1024;
const tells = process.env["MOSAIK_STATS"] !== undefined;
/** What tests and runtimes hold beside what is measured. */
const NOISE_BYTES = 6 * MIB;
/** What gossip keeps at most of contents, for each node (docs/LIMITS.md). */
const PAYLOADS_BYTES = 8 * MIB;
/** What the id of a message costs in all nodes of a process together, of those 32 768 that are remembered. */
const ID_BYTES = 1536;
const isLive = process.env["MOSAIK_WORLD"] === "live";

/** What hostile peers leave behind in memory; the table of limits is docs/LIMITS.md. */
describe("memory", () => {
  const context = useNodes();

  it("a flood of gossip leaves no more than the table says", async () => {
    const { nodes } = context;
    const [victim, friend] = await nodes.joinMany(2);
    const attacker = await nodes.within(5000, Attacker.bind(await nodes.world.runtime("attacker")), "the attacker");
    await nodes.discoverAll(victim!, friend!);
    const isNeighbor = (): boolean => victim!.discovery.topology().peers.some((peer) => peer.isNeighbor);
    await nodes.until(isNeighbor, 5000, "the nodes to be neighbours");
    const content = new Uint8Array(GOSSIP_CONTENT_MAX_BYTES);
    // Any of them is dropped as undecodable, after it has been passed on.
    const flood = async (from: number, count: number): Promise<void> => {
      const { send } = await attacker.openGossip(victim!);
      for (let i = from; i < from + count; i++) {
        new DataView(content.buffer).setUint32(8, i);
        await write(send, broadcast(content));
      }
      send.finish();
      await send.acknowledged();
    };
    const ignored = victim!.metrics.counter("mosaik.discovery.announcements.ignored", { reason: "undecodable" });
    const total = isLive ? 14_000 : 10_500;
    const before = await usedBytes();
    await nodes.within(80_000, flood(0, total), "the flood to be sent");
    await nodes.until(() => ignored.value === total, 30_000, "the flood to be taken in");
    const grownBytes = (await usedBytes()) - before;
    const boundBytes = 2 * PAYLOADS_BYTES + total * ID_BYTES + NOISE_BYTES;
    expect(boundBytes).toBeLessThan(total * content.length);
    expect(grownBytes).toBeLessThanOrEqual(boundBytes);
    if (tells) {
      console.log(
        `${((total * content.length) / MIB).toFixed(1)} MiB of gossip left ${(grownBytes / MIB).toFixed(1)} MiB`,
      );
    }
    await nodes.within(5000, attacker.close());
  });

  it("frames that have begun cost what has arrived of them", async () => {
    const { nodes } = context;
    const [victim] = await nodes.joinMany(1);
    const attacker = await nodes.within(5000, Attacker.bind(await nodes.world.runtime("attacker")), "the attacker");
    // More than a transport holds unread: what was taken is with the node.
    const sentBytes = 4 * MIB;
    const connections = 8;
    const begun = new Uint8Array(4 + sentBytes);
    writeFrameHeader(begun, 0, SNAPSHOT_MAX_BYTES);
    // Once, so that what is loaded and kept for good is not counted.
    const once = await nodes.within(5000, attacker.open(victim!, ALPN.ping, framed(new Uint8Array(0))));
    once.connection.close(0, "");
    const before = await usedBytes();
    const buffersBefore = process.memoryUsage().arrayBuffers;
    const opened = Array.from({ length: connections }, () => attacker.open(victim!, ALPN.sync, begun));
    const open = await nodes.within(9000, Promise.all(opened), "the frames to begin");
    const hasArrived = (): boolean => process.memoryUsage().arrayBuffers - buffersBefore > connections * MIB;
    await nodes.until(hasArrived, 5000, "a part of each frame to arrive");
    const grownBytes = (await usedBytes()) - before;
    expect(open.filter(({ connection }) => connection.closeInfo() === undefined)).toHaveLength(connections);
    expect(grownBytes).toBeLessThanOrEqual(2 * connections * sentBytes + NOISE_BYTES);
    if (tells) console.log(`${connections} frames of which 4 MiB each has come: ${(grownBytes / MIB).toFixed(1)} MiB`);
    await nodes.within(5000, attacker.close());
  });
});
