import { t } from "@mosaik/postcard";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Network } from "../../src/node/index.js";
import { Digest } from "../../src/primitives/index.js";
import { useNodes, type Nodes } from "../nodes.js";
import { Attacker } from "./attacker.js";
import { SiegeProcess } from "./siege-process.js";
import { HELD, plans, Siege, type PlanName } from "./siege.js";

const isLive = process.env["MOSAIK_WORLD"] === "live";
/** How often each thing is timed before, under and after an attack. More in the full run, `npm run test:hostile`. */
const ROUNDS = Number(process.env["MOSAIK_HOSTILE_ROUNDS"] ?? 15);
/** Rounds that are not counted: code is compiled, connections are opened. */
const WARM_UP_ROUNDS = 5;
const STREAM = "timed";
/** Bad announcements a second, "as fast as they are taken", where time is virtual. */
const FAST_PER_SECOND = 20_000;
/** What is allowed beyond twice the time, in ms: nothing in virtual time. Live, a datum takes some 0.3 ms, as long as a turn at a core. */
const ALLOWANCE_MS = isLive ? 1 : 0;

/** What an honest peer does with the victim, and how long it took each time, in ms. */
type Times = Record<"ping" | "sync" | "datum" | "announcement", number[]>;
type Kind = keyof Times;
const KINDS: readonly Kind[] = ["ping", "sync", "datum", "announcement"];

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** Times what a friend does with the victim, each thing by itself. */
async function time(nodes: Nodes, victim: Network, friend: Network, rounds = ROUNDS): Promise<Times> {
  const producer = victim.streams.produce(t.u64, { streamId: STREAM });
  const consumer = friend.streams.consume(t.u64, { streamId: STREAM });
  await nodes.within(15_000, consumer.when().subscribed().toPromise(), "the friend to subscribe");
  const clock = await nodes.world.runtime("clock");
  const times: Times = { ping: [], sync: [], datum: [], announcement: [] };
  const timed = async (what: Kind, doIt: () => Promise<unknown>): Promise<void> => {
    const startMs = clock.monoMs();
    await nodes.within(15_000, doIt(), what);
    times[what].push(clock.monoMs() - startMs);
  };
  let lastTag: Digest[] = [];
  for (let round = 0; round < rounds; round++) {
    await timed("ping", () => friend.discovery.ping(victim.local.id));
    await timed("sync", () => friend.discovery.syncWith(victim.local.id));
    await timed("datum", async () => {
      await producer.send(BigInt(round));
      await consumer.recv();
    });
    const tag = Digest.from(`tag ${clock.monoMs()}`);
    await timed("announcement", () => {
      // Entries do not grow, and both changes make one announcement.
      friend.discovery.removeTags(lastTag);
      friend.discovery.addTags(tag);
      lastTag = [tag];
      const hasTag = (): boolean => victim.discovery.catalog.getSigned(friend.local.id)!.entry.tags.has(tag);
      return victim.discovery.catalog.when(hasTag).toPromise();
    });
  }
  await nodes.within(5000, Promise.all([producer.close(), consumer.close()]));
  return times;
}

/** Begins a siege: in virtual time by our side, live in a process of its own. @returns what ends it */
async function begin(plan: PlanName, nodes: Nodes, victim: Network, friend: Network): Promise<() => Promise<number>> {
  if (isLive) {
    const siege = await nodes.within(15_000, SiegeProcess.begin(plan, victim, friend, STREAM), "the attack to begin");
    onTestFinished(() => siege.kill());
    return () => siege.end();
  }
  const runtime = await nodes.world.runtime("attacker");
  const attacker = await nodes.within(5000, Attacker.bind(runtime), "the attacker to bind");
  const siege = new Siege(runtime, attacker, victim, friend.discovery.me());
  plans[plan]({ siege, stream: STREAM, fastPerSecond: FAST_PER_SECOND });
  return () => siege.end();
}

/** The attacks, and what of the victim's metrics shows that each took place. */
const attacks: Partial<Record<PlanName, Readonly<Record<string, number>>>> = {
  "pings and syncs that are never closed": { "mosaik.network.connections.refused": HELD / 2 },
  "half a message, and nothing more": { "mosaik.network.connections.refused": HELD / 2 },
  "slow readers of streams and of gossip": {
    "mosaik.streams.producer.consumers.accepted": HELD + 2,
    "mosaik.discovery.gossip.neighbors": 2,
  },
  "forged, replayed, future and foreign announcements": { "mosaik.discovery.announcements.ignored": 500 },
  "the same as fast as they are taken": { "mosaik.discovery.announcements.ignored": 500 },
  "oversized announcements": { "mosaik.discovery.gossip.invalid": 2 },
};

/** A datum takes longer with every consumer: that of a slow one may take no longer than that of another. */
const companions: Partial<Record<PlanName, PlanName>> = {
  "slow readers of streams and of gossip": "readers of streams that read",
};

/** The sum of a metric over its labels. */
function metric(network: Network, name: string): number {
  const values = network.metrics.samples().filter((sample) => sample.name === name);
  return values.reduce((sum, { value }) => sum + value, 0);
}

const show = (times: Times): string => KINDS.map((kind) => `${kind} ${median(times[kind]).toFixed(1)}`).join(", ");

function tell(text: string): void {
  if (process.env["MOSAIK_STATS"] !== undefined) console.log(text);
}

describe("honest peers among hostile ones", () => {
  const context = useNodes();

  it.each(Object.entries(attacks) as [PlanName, Readonly<Record<string, number>>][])(
    "%s: they are served within twice the time",
    async (attack, shows) => {
      const { nodes } = context;
      const [victim, friend] = (await nodes.joinMany(2)) as [Network, Network];
      await nodes.discoverAll(victim, friend);
      await time(nodes, victim, friend, WARM_UP_ROUNDS);
      const before = await time(nodes, victim, friend);
      const end = await begin(attack, nodes, victim, friend);
      const attacked = await time(nodes, victim, friend);
      for (const [name, least] of Object.entries(shows)) {
        expect(metric(victim, name), name).toBeGreaterThanOrEqual(least);
      }
      const sentCount = await nodes.within(15_000, end(), "the attack to end");
      const after = await time(nodes, victim, friend);
      const calm = Object.fromEntries(KINDS.map((kind) => [kind, [...before[kind], ...after[kind]]])) as Times;
      tell(
        `${attack}: medians in ms of ${ROUNDS}, calm: ${show(calm)}; under attack: ${show(attacked)}; ${sentCount} announcements`,
      );
      const companion = companions[attack];
      if (companion !== undefined) {
        const leave = await begin(companion, nodes, victim, friend);
        const accompanied = await time(nodes, victim, friend);
        await nodes.within(15_000, leave(), "the companion to leave");
        calm.datum = accompanied.datum;
        tell(`${companion}: ${show(accompanied)}`);
      }
      for (const kind of KINDS) {
        const calmMs = median(calm[kind]);
        expect(median(attacked[kind]), `${kind} (calm: ${calmMs} ms)`).toBeLessThanOrEqual(2 * calmMs + ALLOWANCE_MS);
      }
    },
  );
});
