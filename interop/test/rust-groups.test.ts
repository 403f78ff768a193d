import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalRelay, RustPeer, startRelay, whyNoPeer } from "../src/index.js";
import { QUICK } from "./quick.js";

const obstacle = whyNoPeer();
if (obstacle !== undefined) console.warn(obstacle);

describe.skipIf(obstacle !== undefined)("groups of the Rust peer", () => {
  let relay: LocalRelay;
  let rust: RustPeer;
  const join = (network: string, name: string) =>
    rust.join({ network, relay: relay.url, announceIntervalMs: 1_000 }, `${name} of ${network}`);

  beforeAll(async () => {
    relay = await startRelay();
    rust = await RustPeer.start();
  });

  afterAll(async () => {
    await rust?.close();
    await relay?.close();
  });

  it("agree on a leader, count, answer and end", async () => {
    const [a, b] = await Promise.all([join("counters", "a"), join("counters", "b")]);
    await a.syncWith(b.addr);
    const [first, second] = [
      await a.joinCounter({ secret: "s", consensus: QUICK }),
      await b.joinCounter({ secret: "s", consensus: QUICK, preference: { kind: "observer" } }),
    ];
    expect(first.id).toBe(second.id);
    await first.until(({ isLeader, bonds }) => isLeader && bonds.includes(b.id));
    await second.until(({ leader, online }) => leader === a.id && online);

    expect(await second.execute([{ Increment: 5 }, { Decrement: 2 }])).toEqual({ start: 1, end: 2 });
    expect(await first.feed([{ Increment: 1 }])).toEqual({ start: 3, end: 3 });
    await second.until(({ committed }) => committed === 3);
    expect(await second.query()).toEqual({ result: 4, position: 3 });
    expect(await second.query({ strong: true })).toEqual({ result: 4, position: 3 });
    const { applied } = await first.info();
    expect(applied.count).toBe(3);
    expect((await second.info()).applied).toEqual(applied);
    await expect(first.execute([])).rejects.toThrow("No commands");
    await expect(a.request("execute", { group: first.handle, commands: [{ Multiply: 2 }] })).rejects.toThrow(
      "not a command of this machine",
    );

    await first.drop();
    expect((await second.bondEnded(a.id)).code).toBe(102);
    await second.until(({ bonds }) => bonds.length === 0);
  });

  it("of the machine that does nothing", async () => {
    const node = await join("noop", "a");
    const group = await node.joinNoop({ secret: "group1secret", consensus: QUICK });
    await group.until(({ isLeader }) => isLeader);
    expect(await group.execute([null, null])).toEqual({ start: 1, end: 2 });
    expect(await group.query()).toEqual({ result: null, position: 2 });
    await expect(node.joinNoop({ secret: "x", ...{ batchSize: 1 } })).rejects.toThrow("has no options");
  });
});
