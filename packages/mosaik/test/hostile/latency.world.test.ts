import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { ALPN, writeFrameHeader } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { concatBytes, Digest } from "../../src/primitives/index.js";
import { TransportError, type Runtime } from "../../src/runtime/index.js";
import { useNodes, type Nodes } from "../nodes.js";
import { announcing, Attacker, broadcast, framed, gossipFrame, write } from "./attacker.js";

const isLive = process.env["MOSAIK_WORLD"] === "live";
/** How often each thing is timed, in calm and under attack. */
const ROUNDS = 15;
/** Connections of each protocol that a silent peer holds open: more than are served at once of the syncs. */
const HELD = 40;
/** A silent peer that was let go comes again after so long, in ms. */
const RETURNS_AFTER_MS = 500;
/** Bad announcements a second: what a node takes at leisure, and, live, as many as it takes at all. */
const BAD_PER_SECOND = 1000;
const BAD_PER_SECOND_AT_FULL_SPEED = isLive ? Infinity : 20_000;
const BURST = 20;
/** Bursts until the first comes again. */
const BURSTS = 400;
/**
 * What is allowed beyond twice the time, in ms. Nothing in virtual time. Live, attacker, victim and friend share one event loop on two
 * cores, with whatever else runs: the attacker's own work counts, and calm and attack are not timed in the same seconds.
 */
const ALLOWANCE_MS = isLive ? 10 : 0;

/** What an honest peer does with the victim, and the median of how long that took it, in ms. */
type Latencies = Record<"ping" | "sync" | "datum" | "announcement", number>;

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** A victim, a friend, the victim's stream that the friend reads, and an attacker. */
class Scene {
  #isOver = false;
  /** Bad announcements that the victim's transport has taken. */
  sentCount = 0;
  readonly #attacks: Promise<void>[] = [];

  private constructor(
    readonly nodes: Nodes,
    readonly runtime: Runtime,
    readonly victim: Network,
    readonly friend: Network,
    readonly attacker: Attacker,
  ) {}

  static async set(nodes: Nodes): Promise<Scene> {
    const [victim, friend] = await nodes.joinMany(2);
    const runtime = await nodes.world.runtime("attacker");
    const attacker = await nodes.within(5000, Attacker.bind(runtime), "the attacker to bind");
    await nodes.discoverAll(victim!, friend!);
    return new Scene(nodes, runtime, victim!, friend!, attacker);
  }

  /** Times what a friend does with the victim, each thing by itself. */
  async time(): Promise<Latencies> {
    const { nodes, victim, friend } = this;
    const producer = victim.streams.produce(t.u64, { streamId: "timed" });
    const consumer = friend.streams.consume(t.u64, { streamId: "timed" });
    await nodes.within(15_000, producer.when().subscribed().toPromise(), "the friend to subscribe");
    const clock = await nodes.world.runtime("clock");
    const times: Record<keyof Latencies, number[]> = { ping: [], sync: [], datum: [], announcement: [] };
    const timed = async (what: keyof Latencies, doIt: () => Promise<unknown>): Promise<void> => {
      const startMs = clock.monoMs();
      await nodes.within(15_000, doIt(), what);
      times[what].push(clock.monoMs() - startMs);
    };
    for (let round = 0; round < ROUNDS; round++) {
      await timed("ping", () => friend.discovery.ping(victim.local.id));
      await timed("sync", () => friend.discovery.syncWith(victim.local.id));
      await timed("datum", async () => {
        await producer.send(BigInt(round));
        await consumer.recv();
      });
      const tag = Digest.from(`tag ${clock.monoMs()}`);
      await timed("announcement", () => {
        friend.discovery.addTags(tag);
        const hasTag = (): boolean => victim.discovery.catalog.getSigned(friend.local.id)!.entry.tags.has(tag);
        return victim.discovery.catalog.when(hasTag).toPromise();
      });
    }
    await nodes.within(5000, Promise.all([producer.close(), consumer.close()]));
    return {
      ping: median(times.ping),
      sync: median(times.sync),
      datum: median(times.datum),
      announcement: median(times.announcement),
    };
  }
  /** Opens connections that are never closed and sends the same on each; opens them again where the victim lets go. */
  hold(alpn: string, count: number, bytes: Uint8Array): void {
    for (let i = 0; i < count; i++) {
      this.#attack(async () => {
        const { connection } = await this.attacker.open(this.victim, alpn, bytes);
        await connection.closed;
      }, RETURNS_AFTER_MS);
    }
  }

  /** Becomes a neighbour in gossip that takes nothing of what it is told. */
  neighbor(request: Uint8Array): void {
    this.#attack(async () => {
      const { connection, send } = await this.attacker.openGossip(this.victim);
      await write(send, request);
      await connection.closed;
    }, RETURNS_AFTER_MS);
  }

  /** Sends bad announcements, gathered in bursts, over one connection after another at a steady pace. */
  flood(bursts: readonly Uint8Array[], perSecond = BAD_PER_SECOND): void {
    this.#attack(async () => {
      const { send } = await this.attacker.openGossip(this.victim);
      while (!this.#isOver) {
        await write(send, bursts[(this.sentCount / BURST) % bursts.length]!);
        this.sentCount += BURST;
        await this.#pause((1000 * BURST) / perSecond);
      }
    }, RETURNS_AFTER_MS);
  }

  /** Ends every attack. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.nodes.within(5000, this.attacker.close(), "the attacker to close");
    await this.nodes.within(15_000, Promise.all(this.#attacks), "the attacks to end");
  }

  #attack(once: () => Promise<void>, pauseMs: number): void {
    const attack = async (): Promise<void> => {
      while (!this.#isOver) {
        // Being refused or thrown out is what attackers live with.
        await once().catch((error: unknown) => {
          if (!(error instanceof TransportError)) throw error;
        });
        await this.#pause(pauseMs);
      }
    };
    this.#attacks.push(attack());
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => (ms > 0 ? this.runtime.after(ms, resolve) : this.runtime.soon(resolve)));
  }
}

/** Announcements that are forged, replayed, dated ahead, and of another network, by turns; made before, so that making costs nothing. */
function badAnnouncements({ victim, friend, attacker, runtime }: Scene): Uint8Array[] {
  const nowMs = runtime.wallMs();
  // Later than anything that the friend says meanwhile, so that its signature is looked at.
  const forged = announcing(attacker.entryOf(friend.discovery.me().entry.incremented(nowMs + 30_000)));
  const replayed = broadcast(announcing(friend.discovery.me()));
  const future = range(64).map((i) => broadcast(announcing(attacker.entry(victim.id, nowMs + 120_000 + i))));
  const foreign = range(64).map((i) => broadcast(announcing(attacker.entry(Digest.from(`network ${i}`), nowMs))));
  const frames = range(BURSTS * BURST).map((i) => {
    const turn = Math.floor(i / 4);
    switch (i % 4) {
      case 0: {
        // Another signature each time, so that it is another message.
        const content = forged.slice();
        new DataView(content.buffer).setUint32(content.length - 8, turn);
        return broadcast(content);
      }
      case 1:
        return replayed;
      case 2:
        return future[turn % future.length]!;
      default:
        return foreign[turn % foreign.length]!;
    }
  });
  return range(BURSTS).map((i) => concatBytes(...frames.slice(i * BURST, (i + 1) * BURST)));
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const show = (latencies: Latencies): string =>
  Object.entries(latencies)
    .map(([what, ms]) => `${what} ${ms.toFixed(1)}`)
    .join(", ");

/** The sum of a metric over its labels. */
function metric(network: Network, name: string): number {
  const values = network.metrics.samples().filter((sample) => sample.name === name);
  return values.reduce((sum, { value }) => sum + value, 0);
}

interface Attack {
  begin(scene: Scene): void;
  /** What of the victim's metrics shows that the attack took place. */
  readonly shows: Readonly<Record<string, number>>;
}

describe("honest peers among hostile ones", () => {
  const context = useNodes();

  const attacks: Record<string, Attack> = {
    "pings and syncs that are never closed": {
      begin: (scene) => {
        const entry = scene.attacker.entry(scene.victim.id, scene.runtime.wallMs());
        scene.hold(ALPN.sync, HELD, framed(new Uint8Array([1, ...entry.encoded])));
        scene.hold(ALPN.ping, HELD, framed(new Uint8Array(0)));
      },
      shows: { "mosaik.network.connections.refused": HELD / 2 },
    },
    "half a message, and nothing more": {
      begin: (scene) => {
        for (const alpn of [ALPN.sync, ALPN.ping, ALPN.streams]) scene.hold(alpn, HELD, new Uint8Array([0, 0]));
      },
      shows: { "mosaik.network.connections.refused": HELD / 2 },
    },
    "slow readers of streams and of gossip": {
      begin: (scene) => {
        const { victim, attacker, runtime } = scene;
        const stream = Digest.from("timed");
        const known = framed(new Uint8Array([1, ...attacker.entry(victim.id, runtime.wallMs()).encoded]));
        scene.hold(ALPN.sync, 1, known);
        scene.hold(ALPN.streams, HELD, framed(new Uint8Array([...victim.id.bytes, ...stream.bytes])));
        const neighbor = { kind: "neighbor", value: { priority: { kind: "high" }, data: undefined } } as const;
        scene.neighbor(gossipFrame({ kind: "swarm", value: neighbor }));
      },
      shows: {
        "mosaik.streams.producer.consumers.accepted": HELD + 2,
        "mosaik.discovery.gossip.neighbors": 2,
      },
    },
    "forged, replayed, future and foreign announcements": {
      begin: (scene) => {
        scene.flood(badAnnouncements(scene));
      },
      shows: { "mosaik.discovery.announcements.ignored": 500 },
    },
    "the same as fast as they are taken": {
      begin: (scene) => {
        scene.flood(badAnnouncements(scene), BAD_PER_SECOND_AT_FULL_SPEED);
      },
      shows: { "mosaik.discovery.announcements.ignored": 500 },
    },
    "oversized announcements": {
      begin: (scene) => {
        const oversized = new Uint8Array(4096);
        writeFrameHeader(oversized, 0, 4097);
        scene.flood([oversized]);
      },
      shows: { "mosaik.discovery.gossip.invalid": 2 },
    },
  };

  it.each(Object.entries(attacks))("%s: they are served within twice the time", async (what, attack) => {
    const scene = await Scene.set(context.nodes);
    const calm = await scene.time();
    attack.begin(scene);
    const attacked = await scene.time();
    for (const [name, least] of Object.entries(attack.shows)) {
      expect(metric(scene.victim, name), name).toBeGreaterThanOrEqual(least);
    }
    await scene.end();
    if (process.env["MOSAIK_STATS"] !== undefined) {
      console.log(
        `${what}: medians in ms, calm: ${show(calm)}; under attack: ${show(attacked)}` +
          (scene.sentCount > 0 ? `; ${scene.sentCount} announcements` : ""),
      );
    }
    for (const kind of Object.keys(calm) as (keyof Latencies)[]) {
      expect(attacked[kind], `${kind} (calm: ${calm[kind]} ms)`).toBeLessThanOrEqual(2 * calm[kind] + ALLOWANCE_MS);
    }
  });
});
