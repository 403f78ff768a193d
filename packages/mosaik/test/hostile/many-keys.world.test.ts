import { describe, expect, it } from "vitest";
import { ALPN } from "../../src/network/index.js";
import { TransportError } from "../../src/runtime/index.js";
import { useNodes } from "../nodes.js";
import { Attacker, framed } from "./attacker.js";

const tells = process.env["MOSAIK_STATS"] !== undefined;
/** Syncs served at once (docs/LIMITS.md). */
const PLACES = 16;
/** What dials, pauses of the process and the looks at the line add, in ms. */
const ALLOWANCE_MS = 1000;

/** Whoever makes keys is as many peers, and each of them has as good a claim to a place as anybody. */
describe("a peer among many keys of one attacker", () => {
  const context = useNodes();

  it.each([
    // Everybody holds a place, the newcomer waits until the first second is over.
    [PLACES, 1000],
    // Three of four wait: the newcomer stands behind them, and sixteen are served a second.
    [4 * PLACES, 4000],
  ])("gets its sync served: %i keys that begin syncs and stay silent", async (keys, withinMs) => {
    const { nodes } = context;
    const [victim, friend] = await nodes.joinMany(2);
    const runtime = await nodes.world.runtime("attacker");
    let isOver = false;
    const attacks: Promise<void>[] = [];
    const attackers: Attacker[] = [];
    for (let i = 0; i < keys; i++) {
      const attacker = await nodes.within(5000, Attacker.bind(runtime, i), "an attacker to bind");
      attackers.push(attacker);
      const entry = framed(new Uint8Array([1, ...attacker.entry(victim!.id, runtime.wallMs()).encoded]));
      // Opens a sync again as soon as it was let go.
      const attack = async (): Promise<void> => {
        while (!isOver) {
          try {
            const { connection } = await attacker.open(victim!, ALPN.sync, entry);
            await connection.closed;
          } catch (error) {
            if (!(error instanceof TransportError)) throw error;
          }
          await new Promise<void>((resolve) => runtime.after(10, resolve));
        }
      };
      attacks.push(attack());
    }
    await nodes.until(
      () => attackers.filter(({ id }) => victim!.discovery.catalog.getSigned(id)).length >= PLACES,
      10_000,
      "the attackers to hold every place",
    );
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const startMs = runtime.monoMs();
      await nodes.within(15_000, friend!.discovery.syncWith(victim!.local.address()), "the friend's sync");
      times.push(runtime.monoMs() - startMs);
    }
    if (tells) console.log(`${keys} keys: syncs of another took ${times.map((ms) => ms.toFixed(0)).join(", ")} ms`);
    expect(Math.max(...times)).toBeLessThanOrEqual(withinMs + ALLOWANCE_MS);
    isOver = true;
    await nodes.within(9000, Promise.all(attackers.map((attacker) => attacker.close())), "the attackers to close");
    await nodes.within(15_000, Promise.all(attacks), "the attacks to end");
  });
});
