import { describe, expect, it } from "vitest";
import { Exchanges } from "../../src/discovery/exchanges.js";
import { Network } from "../../src/node/index.js";
import { Simulator } from "../../src/testing/index.js";
import { peerIdOf } from "./entries.js";

describe("Exchanges", () => {
  it("tell a peer of us while they are under way, and say so if none did", () => {
    const exchanges = new Exchanges();
    const peer = peerIdOf(1);
    let untold = 0;
    const tell = (): boolean => exchanges.tell(peer, () => untold++);
    expect(tell()).toBe(false);
    const [endFirst, endSecond] = [exchanges.begin(peer), exchanges.begin(peer)];
    expect(exchanges.tell(peerIdOf(2), () => untold++)).toBe(false);
    expect([tell(), tell()]).toEqual([true, true]);
    endFirst(false);
    expect(untold).toBe(0);
    endSecond(false);
    expect(untold).toBe(1);
    expect(tell()).toBe(false);
    const [endThird, endFourth] = [exchanges.begin(peer), exchanges.begin(peer)];
    expect(tell()).toBe(true);
    endThird(true);
    endFourth(false);
    expect(untold).toBe(1);
  });

  it("with nobody new in them are silent when they fail", () => {
    expect(() => new Exchanges().begin(peerIdOf(1))(false)).not.toThrow();
  });
});

describe("two nodes that meet", () => {
  it("swap their catalogs once", async () => {
    const sim = new Simulator({ seed: 1 });
    const join = (name: string): Promise<Network> =>
      sim.within(5000, Network.join("test", { runtime: sim.runtime(name), relay: "none" }), `${name} to join`);
    const [a, b] = [await join("a"), await join("b")];
    await sim.within(5000, b.discovery.syncWith(a.local.address()), "a sync");
    await sim.until(() => a.discovery.catalog.signedPeersCount() === 1, { what: "a to know b" });
    await sim.advance(2000);
    const syncs = ({ metrics }: Network): unknown =>
      metrics.samples().find(({ name }) => name === "mosaik.discovery.catalog.syncs")?.value ?? 0;
    expect([syncs(a), syncs(b)]).toEqual([0, 1]);
    await sim.within(5000, Promise.all([a.close(), b.close()]), "both to close");
    await sim.close();
  });
});
