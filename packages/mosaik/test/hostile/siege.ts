import { ALPN, writeFrameHeader, type SignedPeerEntry } from "../../src/network/index.js";
import { concatBytes, Digest } from "../../src/primitives/index.js";
import { TransportError, type Runtime } from "../../src/runtime/index.js";
import type { Attacker } from "./attacker.js";
import { announcing, broadcast, framed, gossipFrame, write, type Victim } from "./attacker.js";

/** Connections of each protocol that a silent peer holds open: more than are served at once of the syncs. */
export const HELD = 40;
/** A silent peer that was let go comes again after so long, in ms. */
const RETURNS_AFTER_MS = 500;
/** Bad announcements a second that a node takes at leisure. */
const BAD_PER_SECOND = 1000;
const BURST = 20;
/** Bursts until the first comes again. */
const BURSTS = 400;

/** Bytes that a stream may bring before they are read, where the attacker reads. */
const CREDIT_BYTES = 64 * 1024;

/** One attacker's attacks on a node, until they are ended. */
export class Siege {
  readonly runtime: Runtime;
  readonly attacker: Attacker;
  readonly victim: Victim;
  /** What an honest peer says of itself. */
  readonly friend: SignedPeerEntry;
  #isOver = false;
  #sentCount = 0;
  readonly #attacks: Promise<void>[] = [];

  constructor(runtime: Runtime, attacker: Attacker, victim: Victim, friend: SignedPeerEntry) {
    this.runtime = runtime;
    this.attacker = attacker;
    this.victim = victim;
    this.friend = friend;
  }

  /** Opens connections that are never closed and sends the same on each; opens them again where the victim lets go. */
  hold(alpn: string, count: number, bytes: Uint8Array): void {
    for (let i = 0; i < count; i++) {
      this.#attack(async () => {
        const { connection } = await this.attacker.open(this.victim, alpn, bytes);
        await connection.closed;
      });
    }
  }

  /** Connections as `hold` opens them, on which everything is read. */
  read(alpn: string, count: number, bytes: Uint8Array): void {
    for (let i = 0; i < count; i++) {
      this.#attack(async () => {
        const { connection, stream } = await this.attacker.open(this.victim, alpn, bytes);
        stream.recv.start(
          (chunk) => stream.recv.grant(chunk.length),
          () => {},
          CREDIT_BYTES,
        );
        await connection.closed;
      });
    }
  }

  /** Becomes a neighbour in gossip that takes nothing of what it is told. */
  neighbor(request: Uint8Array): void {
    this.#attack(async () => {
      const { connection, send } = await this.attacker.openGossip(this.victim);
      await write(send, request);
      await connection.closed;
    });
  }

  /** Sends bad announcements, gathered in bursts, over one connection after another at a steady pace. */
  flood(bursts: readonly Uint8Array[], perSecond = BAD_PER_SECOND): void {
    this.#attack(async () => {
      const { send } = await this.attacker.openGossip(this.victim);
      while (!this.#isOver) {
        await write(send, bursts[(this.#sentCount / BURST) % bursts.length]!);
        this.#sentCount += BURST;
        await this.#pause((1000 * BURST) / perSecond);
      }
    });
  }

  /** Ends every attack. @returns how many bad announcements the victim's transport has taken */
  async end(): Promise<number> {
    this.#isOver = true;
    await this.attacker.close();
    await Promise.all(this.#attacks);
    return this.#sentCount;
  }

  #attack(once: () => Promise<void>): void {
    const attack = async (): Promise<void> => {
      while (!this.#isOver) {
        // Being refused or thrown out is what attackers live with.
        await once().catch((error: unknown) => {
          if (!(error instanceof TransportError)) throw error;
        });
        await this.#pause(RETURNS_AFTER_MS);
      }
    };
    this.#attacks.push(attack());
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => (ms > 0 ? this.runtime.after(ms, resolve) : this.runtime.soon(resolve)));
  }
}

/** What attackers do, by name; and what is no attack, for comparison. */
export const plans = {
  "readers of streams that read": ({ siege, stream }) => {
    becomeKnown(siege);
    siege.read(ALPN.streams, HELD, subscription(siege.victim, stream));
  },
  "pings and syncs that are never closed": ({ siege }) => {
    const entry = siege.attacker.entry(siege.victim.id, siege.runtime.wallMs());
    siege.hold(ALPN.sync, HELD, framed(new Uint8Array([1, ...entry.encoded])));
    siege.hold(ALPN.ping, HELD, framed(new Uint8Array(0)));
  },
  "half a message, and nothing more": ({ siege }) => {
    for (const alpn of [ALPN.sync, ALPN.ping, ALPN.streams]) siege.hold(alpn, HELD, new Uint8Array([0, 0]));
  },
  "slow readers of streams and of gossip": ({ siege, stream }) => {
    becomeKnown(siege);
    siege.hold(ALPN.streams, HELD, subscription(siege.victim, stream));
    const neighbor = { kind: "neighbor", value: { priority: { kind: "high" }, data: undefined } } as const;
    siege.neighbor(gossipFrame({ kind: "swarm", value: neighbor }));
  },
  "forged, replayed, future and foreign announcements": ({ siege }) => {
    siege.flood(badAnnouncements(siege));
  },
  "the same as fast as they are taken": ({ siege, fastPerSecond }) => {
    siege.flood(badAnnouncements(siege), fastPerSecond);
  },
  "oversized announcements": ({ siege }) => {
    const oversized = new Uint8Array(4096);
    writeFrameHeader(oversized, 0, 4097);
    siege.flood([oversized]);
  },
} satisfies Record<string, (plan: Plan) => void>;

export type PlanName = keyof typeof plans;

interface Plan {
  readonly siege: Siege;
  /** The stream whose readers are slow. */
  readonly stream: string;
  /** Announcements a second where they come as fast as they are taken; no bound where time is real. */
  readonly fastPerSecond: number;
}

/** Lets the victim know the attacker, as producers ask of their consumers. */
function becomeKnown(siege: Siege): void {
  const { victim, attacker, runtime } = siege;
  siege.hold(ALPN.sync, 1, framed(new Uint8Array([1, ...attacker.entry(victim.id, runtime.wallMs()).encoded])));
}

function subscription(victim: Victim, stream: string): Uint8Array {
  return framed(new Uint8Array([...victim.id.bytes, ...Digest.from(stream).bytes]));
}

/** Announcements that are forged, replayed, dated ahead, and of another network, by turns; made before, so that making costs nothing. */
function badAnnouncements({ victim, friend, attacker, runtime }: Siege): Uint8Array[] {
  const nowMs = runtime.wallMs();
  // Later than anything that the friend says meanwhile, so that its signature is looked at.
  const forged = announcing(attacker.entryOf(friend.entry.incremented(nowMs + 30_000)));
  const replayed = broadcast(announcing(friend));
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
