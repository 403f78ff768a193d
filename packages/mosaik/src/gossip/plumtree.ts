import { PeerId } from "../primitives/index.js";
import { gossip, type BroadcastTimer, type GossipOutput } from "./core-io.js";
import { MissingMessages } from "./missing-messages.js";
import {
  IHAVE_ENTRIES_MAX,
  type Announcement,
  type BroadcastMessage,
  type MessageId,
  type Payload,
} from "./protocol.js";
import { TimeBoundCache } from "./time-bound-cache.js";

/** The numbers of the broadcast protocol (spec 03 A.6). */
export interface BroadcastRules {
  /** From an announcement to the first request for its message. */
  readonly graftFirstMs: number;
  /** From one request to the next. */
  readonly graftNextMs: number;
  /** How long announcements are gathered. */
  readonly dispatchMs: number;
  /** How many hops longer a way must be than another to be given up for it. */
  readonly optimizationHops: number;
  /** How long payloads are kept for those who ask for them. */
  readonly cacheMs: number;
  /** How long a message is known as received. */
  readonly seenMs: number;
  readonly evictIntervalMs: number;
  /** Does what Rust does where that is a defect, too: a recorded run can be replayed then. */
  readonly isExact: boolean;
}

export const defaultBroadcastRules: BroadcastRules = {
  graftFirstMs: 80,
  graftNextMs: 40,
  dispatchMs: 5,
  optimizationHops: 7,
  cacheMs: 30_000,
  seenMs: 90_000,
  evictIntervalMs: 1000,
  isExact: false,
};

export type Scope = "swarm" | "neighbors";

export type BroadcastInput =
  | { readonly kind: "broadcast"; readonly content: Uint8Array; readonly scope: Scope }
  | { readonly kind: "message"; readonly from: PeerId; readonly message: BroadcastMessage }
  | { readonly kind: "timer"; readonly timer: BroadcastTimer }
  /** The node leaves: what is about to be announced is pushed instead, for nobody will answer a request. */
  | { readonly kind: "farewell" }
  | { readonly kind: "neighborUp"; readonly peer: PeerId }
  | { readonly kind: "neighborDown"; readonly peer: PeerId };

/** Ids of messages remembered; the oldest are forgotten first. */
const SEEN_MAX = 32_768;
/** Payloads kept for those who ask, and their bytes; the oldest go first. */
const CACHE_MAX = 8192;
const CACHE_MAX_BYTES = 8 * 1024 * 1024;
/** Peers that messages go to, neighbours or not. */
const TREE_PEERS_MAX = 256;
/** Announcements that wait for one peer. */
const LAZY_QUEUE_MAX = 4096;

/** Messages pushed to one peer that would have been announced to it when the node leaves. */
const FAREWELL_PUSHES_MAX = 8;

const ROUND_MAX = 0xffff;

/**
 * PlumTree as iroh-gossip speaks it (spec 03 A.7.4): messages are pushed along a tree of eager links and announced along the lazy
 * ones, which mend the tree. Mutates only itself; the same inputs give the same outputs.
 */
export class PlumTree {
  readonly #me: PeerId;
  readonly #rules: BroadcastRules;
  readonly #idOf: (content: Uint8Array) => MessageId;
  readonly #eager = new Set<PeerId>();
  readonly #lazy = new Set<PeerId>();
  readonly #lazyQueue = new Map<PeerId, Announcement[]>();
  readonly #missing = new MissingMessages();
  readonly #graftTimers = new Set<MessageId>();
  readonly #seen = new TimeBoundCache<MessageId, undefined>(SEEN_MAX);
  readonly #cache = new TimeBoundCache<MessageId, Payload>(CACHE_MAX, CACHE_MAX_BYTES, ({ content }) => content.length);
  #isDispatchScheduled = false;
  #hasStarted = false;
  #nowMs = 0;
  #out: GossipOutput[] = [];

  /** @param idOf BLAKE3 of a content */
  constructor(me: PeerId, rules: BroadcastRules, idOf: (content: Uint8Array) => MessageId) {
    this.#me = me;
    this.#rules = rules;
    this.#idOf = idOf;
  }

  get eager(): ReadonlySet<PeerId> {
    return this.#eager;
  }

  get lazy(): ReadonlySet<PeerId> {
    return this.#lazy;
  }

  /** Payloads kept for those who ask. */
  get cachedCount(): number {
    return this.#cache.size;
  }

  step(input: BroadcastInput, nowMs: number): GossipOutput[] {
    this.#nowMs = nowMs;
    this.#out = [];
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.#onEvictCache();
    }
    this.#handle(input);
    return this.#out;
  }

  #handle(input: BroadcastInput): void {
    switch (input.kind) {
      case "broadcast":
        return this.#broadcast(input.content, input.scope);
      case "message":
        return this.#onMessage(input.from, input.message);
      case "timer":
        return this.#onTimer(input.timer);
      case "farewell":
        return this.#onFarewell();
      case "neighborUp":
        return this.#makeEager(input.peer);
      case "neighborDown":
        return this.#forget(input.peer);
    }
  }

  #onMessage(from: PeerId, message: BroadcastMessage): void {
    switch (message.kind) {
      case "gossip":
        return this.#onPayload(from, message.value);
      case "prune":
        return this.#makeLazy(from);
      case "graft":
        return this.#onGraft(from, message.value.id);
      case "iHave":
        return this.#onIHave(from, message.value);
    }
  }

  #onTimer(timer: BroadcastTimer): void {
    switch (timer.kind) {
      case "sendGraft":
        return this.#onSendGraft(timer.id);
      case "dispatchLazy":
        return this.#onDispatchLazy();
      case "evictCache":
        return this.#onEvictCache();
    }
  }

  #broadcast(content: Uint8Array, scope: Scope): void {
    const id = this.#idOf(content);
    if (scope === "neighbors") return this.#eagerPush({ id, content, scope: { kind: "neighbors" } }, this.#me);
    const payload: Payload = { id, content, scope: { kind: "swarm", value: 0 } };
    const isRepeated = this.#seen.has(id) && !this.#rules.isExact;
    this.#remember(payload);
    if (isRepeated) {
      // Whoever has it would prune us for pushing it again (spec 03, trap 7); whoever has not will ask.
      return this.#announce(payload, [...this.#eager, ...this.#lazy]);
    }
    this.#lazyPush(payload, this.#me);
    this.#eagerPush(payload, this.#me);
  }

  #onPayload(from: PeerId, payload: Payload): void {
    const { id, content, scope } = payload;
    if (this.#idOf(content) !== id) return void this.#out.push({ kind: "spoofed", from });
    if (this.#seen.has(id)) {
      this.#makeLazy(from);
      return this.#send(from, { kind: "prune" });
    }
    if (scope.kind === "swarm") {
      const round = Math.min(scope.value + 1, ROUND_MAX);
      const forwarded: Payload = { id, content, scope: { kind: "swarm", value: round } };
      this.#remember(forwarded);
      this.#eagerPush(forwarded, from);
      this.#lazyPush(forwarded, from);
      this.#graftTimers.delete(id);
      this.#optimize(from, round, this.#missing.take(id));
    }
    this.#out.push({ kind: "received", content, from, scope });
  }

  /** Gives up the way that a message came for one that is much shorter. */
  #optimize(from: PeerId, round: number, announcers: readonly (readonly [PeerId, number])[]): void {
    const [first] = announcers;
    if (first === undefined) return;
    const [peer, bestRound] = announcers.reduce((best, entry) => (entry[1] < best[1] ? entry : best), first);
    if (round - bestRound < this.#rules.optimizationHops) return;
    if (!this.#eager.has(peer)) {
      this.#makeEager(peer);
      this.#send(peer, { kind: "graft", value: { id: undefined, round: bestRound } });
    }
    this.#makeLazy(from);
    this.#send(from, { kind: "prune" });
  }

  #onIHave(from: PeerId, announcements: readonly Announcement[]): void {
    for (const { id, round } of announcements) {
      if (this.#seen.has(id) || !this.#missing.add(id, from, round) || this.#graftTimers.has(id)) continue;
      this.#graftTimers.add(id);
      this.#schedule(this.#graftDelayMs(from), { kind: "sendGraft", id });
    }
  }

  /** A message that nobody else can push to us is not waited for: a departure is told for half a second only (spec 02 §7.6). */
  #graftDelayMs(announcer: PeerId): number {
    const isOnlyWay = !this.#rules.isExact && this.#eager.size - (this.#eager.has(announcer) ? 1 : 0) === 0;
    return isOnlyWay ? 0 : this.#rules.graftFirstMs;
  }

  #onSendGraft(id: MessageId): void {
    this.#graftTimers.delete(id);
    if (this.#seen.has(id)) return;
    const announcer = this.#missing.next(id);
    if (announcer === undefined) return;
    const [peer, round] = announcer;
    this.#makeEager(peer);
    this.#send(peer, { kind: "graft", value: { id, round } });
    this.#schedule(this.#rules.graftNextMs, { kind: "sendGraft", id });
  }

  #onGraft(from: PeerId, id: MessageId | undefined): void {
    this.#makeEager(from);
    const payload = id === undefined ? undefined : this.#cache.get(id);
    if (payload !== undefined) this.#send(from, { kind: "gossip", value: payload });
  }

  #onDispatchLazy(): void {
    for (const peer of inOrder(this.#lazyQueue.keys())) {
      const queue = this.#lazyQueue.get(peer)!;
      for (let i = 0; i < queue.length; i += IHAVE_ENTRIES_MAX) {
        this.#send(peer, { kind: "iHave", value: queue.slice(i, i + IHAVE_ENTRIES_MAX) });
      }
    }
    this.#lazyQueue.clear();
    this.#isDispatchScheduled = false;
  }

  #onFarewell(): void {
    for (const peer of inOrder(this.#lazyQueue.keys())) {
      for (const { id } of this.#lazyQueue.get(peer)!.slice(-FAREWELL_PUSHES_MAX)) {
        const payload = this.#cache.get(id);
        if (payload !== undefined) this.#send(peer, { kind: "gossip", value: payload });
      }
    }
    this.#lazyQueue.clear();
  }

  #onEvictCache(): void {
    this.#cache.expire(this.#nowMs);
    this.#seen.expire(this.#nowMs);
    this.#schedule(this.#rules.evictIntervalMs, { kind: "evictCache" });
  }

  #remember(payload: Payload): void {
    this.#seen.set(payload.id, undefined, this.#nowMs + this.#rules.seenMs);
    this.#cache.set(payload.id, payload, this.#nowMs + this.#rules.cacheMs);
  }

  #eagerPush(payload: Payload, except: PeerId): void {
    for (const peer of inOrder(this.#eager)) {
      if (peer !== this.#me && peer !== except) this.#send(peer, { kind: "gossip", value: payload });
    }
  }

  #lazyPush(payload: Payload, except: PeerId): void {
    if (payload.scope.kind !== "swarm") return;
    this.#announce(
      payload,
      [...this.#lazy].filter((peer) => peer !== except),
    );
  }

  #announce({ id, scope }: Payload, peers: readonly PeerId[]): void {
    const round = scope.kind === "swarm" ? scope.value : 0;
    for (const peer of peers) {
      let queue = this.#lazyQueue.get(peer);
      if (queue === undefined) this.#lazyQueue.set(peer, (queue = []));
      if (queue.length < LAZY_QUEUE_MAX) queue.push({ id, round });
    }
    if (this.#isDispatchScheduled) return;
    this.#isDispatchScheduled = true;
    this.#schedule(this.#rules.dispatchMs, { kind: "dispatchLazy" });
  }

  #makeEager(peer: PeerId): void {
    if (this.#lazy.delete(peer) || this.#hasRoom()) this.#eager.add(peer);
  }

  #makeLazy(peer: PeerId): void {
    if (this.#eager.delete(peer) || this.#hasRoom()) this.#lazy.add(peer);
  }

  #hasRoom(): boolean {
    return this.#eager.size + this.#lazy.size < TREE_PEERS_MAX;
  }

  #forget(peer: PeerId): void {
    this.#missing.forget(peer);
    this.#eager.delete(peer);
    this.#lazy.delete(peer);
    if (!this.#rules.isExact) this.#lazyQueue.delete(peer);
  }

  #send(to: PeerId, message: BroadcastMessage): void {
    this.#out.push(gossip(to, message));
  }

  #schedule(delayMs: number, timer: BroadcastTimer): void {
    this.#out.push({ kind: "schedule", delayMs, timer });
  }
}

/** Peers by their bytes, as Rust's sorted sets have them. */
function inOrder(peers: Iterable<PeerId>): PeerId[] {
  return [...peers].sort((a, b) => PeerId.compare(a, b));
}
