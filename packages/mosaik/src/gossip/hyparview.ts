import { equalBytes, type PeerId } from "../primitives/index.js";
import { swarm, type GossipOutput, type MembershipTimer, type Pick, type Purpose } from "./core-io.js";
import type { PeerData, PeerInfo, SwarmMessage } from "./protocol.js";
import { View } from "./view.js";

/** The numbers of the membership protocol (spec 03 A.6). */
export interface MembershipRules {
  readonly activeMax: number;
  readonly passiveMax: number;
  /** The first `ttl` of a `ForwardJoin`. */
  readonly joinWalkLength: number;
  /** The `ttl` at which a walk leaves the joiner in a passive view. */
  readonly passiveWalkLength: number;
  readonly shuffleWalkLength: number;
  readonly shuffleActiveCount: number;
  readonly shufflePassiveCount: number;
  readonly shuffleIntervalMs: number;
  readonly neighborTimeoutMs: number;
  /** Does what Rust does where that is a defect, too: a recorded run can be replayed then. */
  readonly isExact: boolean;
}

export const defaultMembershipRules: MembershipRules = {
  activeMax: 5,
  passiveMax: 30,
  joinWalkLength: 6,
  passiveWalkLength: 3,
  shuffleWalkLength: 6,
  shuffleActiveCount: 3,
  shufflePassiveCount: 4,
  shuffleIntervalMs: 60_000,
  neighborTimeoutMs: 500,
  isExact: false,
};

export type MembershipInput =
  | { readonly kind: "join"; readonly peer: PeerId }
  | { readonly kind: "message"; readonly from: PeerId; readonly message: SwarmMessage }
  | { readonly kind: "timer"; readonly timer: MembershipTimer }
  | { readonly kind: "peerDisconnected"; readonly peer: PeerId }
  | { readonly kind: "updatePeerData"; readonly data: PeerData }
  /** A peer pushes or announces messages to us. */
  | { readonly kind: "fed"; readonly by: PeerId }
  | { readonly kind: "quit" };

type Priority = "high" | "low";
/** Whether a peer that was accepted gets a `Neighbor`: none, one that it answers, or one that it does not. */
type Reply = "none" | "request" | "answer";

/**
 * Peers asked to be neighbours that have not answered. Each may cost a dial. It also damps a crowd of joiners: those beyond it hear of
 * other contacts when they are evicted, and nothing before. Simulated, 1000 who join one node at once otherwise evict each other for ever.
 */
export const PENDING_MAX = 32;
/** A request without an answer for this long is forgotten, in ms: the peer may be asked again. */
const PENDING_MAX_AGE_MS = 30_000;
/** Peers whose data is kept: both views and as many again that were heard of lately. */
export const PEER_DATA_MAX = 128;
/** How long a peer that left the active view may go on sending before it is asked what it takes us for, in ms. */
const LEAVING_MS = 2000;
/** Data of one peer beyond this is not kept, in bytes. */
export const PEER_DATA_MAX_BYTES = 1024;
/** Peers that left our active view alive, and peers that refused us. */
export const REMEMBERED_PEERS_MAX = 128;
/** What the nodes of a `Shuffle` or `ShuffleReply` may take together: the frame with all else stays below 4096. */
const NODES_MAX_BYTES = 4000;

/**
 * HyParView as iroh-gossip speaks it (spec 03 A.7.3): a small symmetric active view, the neighbours, and a larger passive one to
 * replace them from. Mutates only itself; the same inputs and picks give the same outputs.
 */
export class HyParView {
  readonly active = new View();
  readonly passive = new View();
  readonly #me: PeerId;
  readonly #rules: MembershipRules;
  readonly #pick: Pick;
  readonly #peerData = new Map<PeerId, PeerData>();
  /** Peers that will answer a `Neighbor` of ours, by when it was sent. */
  readonly #pending = new Map<PeerId, number>();
  /** Peers whose `Neighbor` was answered lately, and when: what comes back then is an answer to the answer. */
  readonly #answered = new Map<PeerId, number>();
  /**
   * Peers that were evicted before their answer came, and when. It was sent before our `Disconnect` arrived: taken for more, as Rust
   * takes it, it would make a link that only we have.
   */
  readonly #owed = new Map<PeerId, number>();
  /** Peers that left the active view and are alive: the end of the connection is no reason to forget them. */
  readonly #aliveGone = new Set<PeerId>();
  /** When peers left the active view: what they send for a while after that was under way. */
  readonly #leftAtMs = new Map<PeerId, number>();
  /** Peers that had no room for us since the last shuffle. */
  readonly #refused = new Set<PeerId>();
  #myData: PeerData;
  #isShuffleScheduled = false;
  #nowMs = 0;
  #out: GossipOutput[] = [];

  constructor(me: PeerId, myData: PeerData, rules: MembershipRules, pick: Pick) {
    this.#me = me;
    this.#myData = myData;
    this.#rules = rules;
    this.#pick = pick;
  }

  /** Peers asked to be neighbours that have not answered. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  step(input: MembershipInput, nowMs: number): GossipOutput[] {
    this.#nowMs = nowMs;
    this.#out = [];
    this.#handle(input);
    if (!this.#isShuffleScheduled) {
      this.#isShuffleScheduled = true;
      this.#schedule(this.#rules.shuffleIntervalMs, { kind: "shuffle" });
    }
    return this.#out;
  }

  #handle(input: MembershipInput): void {
    switch (input.kind) {
      case "join":
        return this.#send(input.peer, { kind: "join", value: this.#myData });
      case "message":
        return this.#onMessage(input.from, input.message);
      case "timer":
        if (input.timer.kind === "shuffle") return this.#onShuffleTimer();
        return this.#onNeighborTimeout(input.timer.peer);
      case "peerDisconnected":
        return this.#onConnectionClosed(input.peer);
      case "updatePeerData":
        this.#myData = input.data;
        return;
      case "fed":
        return this.#onFed(input.by);
      case "quit":
        for (const peer of [...this.active.peers]) {
          this.active.delete(peer);
          this.#sayDisconnect(peer, false);
        }
    }
  }

  #onMessage(from: PeerId, message: SwarmMessage): void {
    switch (message.kind) {
      case "join":
        this.#onJoin(from, message.value);
        break;
      case "forwardJoin":
        this.#onForwardJoin(from, message.value.peer, message.value.ttl);
        break;
      case "shuffle":
        this.#onShuffle(from, message.value);
        break;
      case "shuffleReply":
        for (const node of message.value) this.#addPassive(node);
        this.#refill();
        break;
      case "neighbor":
        if (this.#takeOwed(from)) return;
        this.#onNeighbor(from, message.value.priority.kind, message.value.data);
        break;
      case "disconnect":
        return this.#onDisconnect(from, message.value.alive);
    }
    if (!this.active.has(from)) this.#out.push({ kind: "disconnectPeer", peer: from });
  }

  #onJoin(from: PeerId, data: PeerData | undefined): void {
    this.#addActive({ id: from, data }, "high", "request");
    const value = { peer: { id: from, data }, ttl: this.#rules.joinWalkLength };
    for (const peer of this.active.without((peer) => peer === from)) this.#send(peer, { kind: "forwardJoin", value });
  }

  #onForwardJoin(from: PeerId, joiner: PeerInfo, ttl: number): void {
    const { active } = this;
    const { isExact, passiveWalkLength } = this.#rules;
    // A walk may come past the joiner itself, which has nothing to ask of itself.
    const isMe = joiner.id === this.#me && !isExact;
    if (active.has(joiner.id)) {
      this.#learn(joiner);
      return this.#sendNeighbor(joiner.id, "high");
    }
    if (ttl === 0 || active.size <= 1) {
      // It becomes a neighbour only when it answers, so nobody unreachable does.
      if (isMe) return;
      this.#learn(joiner);
      return this.#sendNeighbor(joiner.id, "high");
    }
    if (ttl === passiveWalkLength) this.#addPassive(joiner);
    if (this.#pending.has(joiner.id)) return;
    const next = this.#draw(
      active.without((peer) => peer === from),
      "forwardJoin",
    );
    if (next !== undefined) this.#send(next, { kind: "forwardJoin", value: { peer: joiner, ttl: ttl - 1 } });
  }

  /** Whether this is the answer of a peer that was evicted meanwhile. */
  #takeOwed(from: PeerId): boolean {
    const evictedMs = this.#owed.get(from) ?? -Infinity;
    if (!this.#owed.delete(from) || this.#nowMs - evictedMs >= this.#rules.neighborTimeoutMs) return false;
    this.#pending.delete(from);
    return true;
  }

  #onNeighbor(from: PeerId, priority: Priority, data: PeerData | undefined): void {
    let isReply = this.#pending.delete(from);
    let reply: Reply = "request";
    if (!this.#rules.isExact) {
      // Whoever asks is answered, lest it wait for ever; an answer to an answer would go on for ever (spec 03, trap 8).
      const answeredMs = this.#answered.get(from) ?? -Infinity;
      isReply ||= this.active.has(from) && this.#nowMs - answeredMs < this.#rules.neighborTimeoutMs;
      reply = "answer";
    }
    if (!this.#addActive({ id: from, data }, priority, isReply ? "none" : reply)) this.#sayDisconnect(from, true);
  }

  #onShuffle(from: PeerId, shuffle: Extract<SwarmMessage, { kind: "shuffle" }>["value"]): void {
    const { origin, nodes, ttl } = shuffle;
    if (ttl === 0 || this.active.size <= 1) {
      for (const node of nodes) this.#addPassive(node);
      if (origin === this.#me && !this.#rules.isExact) return;
      return this.#shuffleReply(origin, nodes.length);
    }
    const next = this.#draw(
      this.active.without((peer) => peer === origin || peer === from),
      "forwardShuffle",
    );
    if (next !== undefined) this.#send(next, { kind: "shuffle", value: { origin, nodes, ttl: ttl - 1 } });
  }

  #onDisconnect(from: PeerId, isAlive: boolean): void {
    const wasPending = this.#pending.delete(from);
    if (this.active.has(from)) return this.#removeActive(from, isAlive ? "leftAlive" : "left");
    if (isAlive && this.passive.has(from)) remember(this.#aliveGone, from);
    if (wasPending && !this.#rules.isExact) {
      // Rust asks nobody else until the next shuffle where the refusal is faster than its timer.
      remember(this.#refused, from);
      this.#refill();
    }
  }

  #onConnectionClosed(peer: PeerId): void {
    const wasPending = this.#pending.delete(peer);
    if (this.active.has(peer)) return this.#removeActive(peer, "connectionClosed");
    if (!this.#aliveGone.delete(peer)) {
      this.passive.delete(peer);
      this.#peerData.delete(peer);
    }
    if (wasPending && !this.#rules.isExact) this.#refill();
  }

  #onShuffleTimer(): void {
    const { active, passive } = this;
    const { shuffleActiveCount, shufflePassiveCount, shuffleWalkLength, shuffleIntervalMs, isExact } = this.#rules;
    if (!isExact) this.#forgetStale();
    const target = this.#draw(active.peers, "shuffleTarget");
    if (target !== undefined) {
      const isTarget = (peer: PeerId): boolean => peer === target;
      const nodes = [
        ...this.#sample(active.without(isTarget), shuffleActiveCount, "shuffleNodes"),
        ...this.#sample(passive.without(isTarget), shufflePassiveCount, "shuffleNodes"),
      ].map((id) => this.#infoOf(id));
      const me = { id: this.#me, data: this.#myData };
      const value = { origin: this.#me, nodes: fitting([me, ...nodes]), ttl: shuffleWalkLength };
      // Rust names itself last.
      value.nodes.push(value.nodes.shift()!);
      this.#send(target, { kind: "shuffle", value });
    }
    if (!isExact) this.#refill();
    this.#schedule(shuffleIntervalMs, { kind: "shuffle" });
  }

  /** A peer that feeds us and is no neighbour takes us for one: it is asked, and one side adds or drops the other (spec 03, trap 9). */
  #onFed(by: PeerId): void {
    if (this.active.has(by) || this.#rules.isExact) return;
    if (this.#nowMs - (this.#leftAtMs.get(by) ?? -Infinity) < LEAVING_MS) return;
    remember(this.#leftAtMs, by, this.#nowMs);
    this.#sendNeighbor(by, "low");
  }

  #onNeighborTimeout(peer: PeerId): void {
    if (!this.#pending.delete(peer)) return;
    this.passive.delete(peer);
    this.#refill();
  }

  #learn({ id, data }: PeerInfo): void {
    if (data === undefined) return;
    if (data.length > PEER_DATA_MAX_BYTES && !this.#rules.isExact) return;
    const known = this.#peerData.get(id);
    const isKnown = known !== undefined && equalBytes(known, data);
    if (!isKnown && data.length > 0) this.#out.push({ kind: "peerData", peer: id, data });
    this.#peerData.delete(id);
    this.#peerData.set(id, data);
    if (this.#peerData.size > PEER_DATA_MAX) this.#forgetData();
  }

  /** Drops the data that is the longest unheard of and of nobody in either view. */
  #forgetData(): void {
    for (const peer of this.#peerData.keys()) {
      if (this.active.has(peer) || this.passive.has(peer)) continue;
      this.#peerData.delete(peer);
      return;
    }
  }

  #forgetStale(): void {
    this.#refused.clear();
    for (const [peer, sinceMs] of this.#pending) {
      if (this.#nowMs - sinceMs >= PENDING_MAX_AGE_MS) this.#pending.delete(peer);
    }
    for (const [peer, atMs] of this.#answered) {
      if (this.#nowMs - atMs >= this.#rules.neighborTimeoutMs) this.#answered.delete(peer);
    }
  }

  #sendNeighbor(peer: PeerId, priority: Priority): void {
    if (this.#pending.has(peer)) return;
    if (this.#pending.size >= PENDING_MAX && !this.#rules.isExact) return;
    this.#pending.set(peer, this.#nowMs);
    this.#send(peer, { kind: "neighbor", value: { priority: { kind: priority }, data: this.#myData } });
  }

  #answerNeighbor(peer: PeerId, priority: Priority): void {
    remember(this.#answered, peer, this.#nowMs);
    this.#send(peer, { kind: "neighbor", value: { priority: { kind: priority }, data: this.#myData } });
  }

  #reply(peer: PeerId, priority: Priority, reply: Reply): void {
    if (reply === "request") this.#sendNeighbor(peer, priority);
    else if (reply === "answer") this.#answerNeighbor(peer, priority);
  }

  #shuffleReply(to: PeerId, count: number): void {
    const ids = this.#sample(this.passive.peers, count, "replyNodes");
    if (ids.length < count) ids.push(...this.#sample(this.active.peers, count - ids.length, "replyNodes"));
    this.#send(to, { kind: "shuffleReply", value: fitting(ids.map((id) => this.#infoOf(id))) });
  }

  #sayDisconnect(peer: PeerId, isAlive: boolean): void {
    this.#shuffleReply(peer, this.#rules.shuffleActiveCount + this.#rules.shufflePassiveCount);
    this.#send(peer, { kind: "disconnect", value: { alive: isAlive, respond: false } });
    this.#out.push({ kind: "disconnectPeer", peer });
  }

  #addPassive(node: PeerInfo): void {
    if (node.id === this.#me && !this.#rules.isExact) return;
    this.#learn(node);
    if (this.active.has(node.id) || this.passive.has(node.id) || node.id === this.#me) return;
    if (this.passive.size >= this.#rules.passiveMax) {
      const evicted = this.#draw(this.passive.peers, "evictPassive")!;
      this.passive.delete(evicted);
      if (!this.#rules.isExact) this.#peerData.delete(evicted);
    }
    this.passive.add(node.id);
  }

  #addActive(node: PeerInfo, priority: Priority, reply: Reply): boolean {
    const peer = node.id;
    if (peer === this.#me) return false;
    this.#learn(node);
    if (this.active.has(peer)) {
      this.#reply(peer, priority, reply);
      return true;
    }
    if (this.active.size >= this.#rules.activeMax) {
      if (priority === "low") return false;
      this.#leaveActive(this.#draw(this.active.peers, "evictActive")!, "evicted");
    }
    this.passive.delete(peer);
    this.active.add(peer);
    this.#out.push({ kind: "neighborUp", peer });
    this.#reply(peer, priority, reply);
    return true;
  }

  #removeActive(peer: PeerId, reason: Leaving): void {
    this.#leaveActive(peer, reason);
    this.#refill(peer);
  }

  #leaveActive(peer: PeerId, reason: Leaving): void {
    this.active.delete(peer);
    this.#answered.delete(peer);
    remember(this.#leftAtMs, peer, this.#nowMs);
    if (!this.#rules.isExact && this.#pending.has(peer)) remember(this.#owed, peer, this.#nowMs);
    this.#out.push({ kind: "neighborDown", peer });
    if (reason === "evicted") this.#sayDisconnect(peer, true);
    else this.#out.push({ kind: "disconnectPeer", peer });

    const isKept = reason === "connectionClosed" ? this.#aliveGone.delete(peer) : reason !== "left";
    if (!isKept) return;
    const data = this.#peerData.get(peer);
    this.#peerData.delete(peer);
    this.#addPassive({ id: peer, data });
    if (reason !== "connectionClosed") remember(this.#aliveGone, peer);
  }

  /** Asks one passive peer to be a neighbour, if there is room. */
  #refill(skip?: PeerId): void {
    if (this.active.size + this.#pending.size >= this.#rules.activeMax) return;
    const isLeftOut = (peer: PeerId): boolean =>
      peer === skip || this.#pending.has(peer) || (this.#refused.has(peer) && this.active.size > 0);
    const peer = this.#draw(this.passive.without(isLeftOut), "refill");
    if (peer === undefined) return;
    this.#sendNeighbor(peer, this.active.size === 0 ? "high" : "low");
    this.#schedule(this.#rules.neighborTimeoutMs, { kind: "neighborTimeout", peer });
  }

  #infoOf(id: PeerId): PeerInfo {
    return { id, data: this.#peerData.get(id) };
  }

  #draw(candidates: readonly PeerId[], purpose: Purpose): PeerId | undefined {
    return candidates.length === 0 ? undefined : this.#pick(candidates, purpose);
  }

  /** Up to `count` of the candidates, in the order in which they are drawn. */
  #sample(candidates: readonly PeerId[], count: number, purpose: Purpose): PeerId[] {
    const rest = [...candidates];
    const drawn: PeerId[] = [];
    while (drawn.length < count && rest.length > 0) {
      const peer = this.#pick(rest, purpose);
      drawn.push(peer);
      rest.splice(rest.indexOf(peer), 1);
    }
    return drawn;
  }

  #send(to: PeerId, message: SwarmMessage): void {
    this.#out.push(swarm(to, message));
  }

  #schedule(delayMs: number, timer: MembershipTimer): void {
    this.#out.push({ kind: "schedule", delayMs, timer });
  }
}

/** Why a peer leaves the active view. */
type Leaving = "evicted" | "leftAlive" | "left" | "connectionClosed";

/** The nodes, without the data of those for which there is no room in a frame: Rust breaks the connection over such a message. */
function fitting(nodes: readonly PeerInfo[]): PeerInfo[] {
  let room = NODES_MAX_BYTES - nodes.length * 35;
  return nodes.map((node) => {
    const bytes = node.data?.length ?? 0;
    if (bytes > room) return { id: node.id, data: undefined };
    room -= bytes;
    return node;
  });
}

function remember(known: Set<PeerId>, peer: PeerId): void;
function remember(known: Map<PeerId, number>, peer: PeerId, value: number): void;
function remember(known: Set<PeerId> | Map<PeerId, number>, peer: PeerId, value = 0): void {
  if (known instanceof Set) known.add(peer);
  else {
    known.delete(peer);
    known.set(peer, value);
  }
  if (known.size > REMEMBERED_PEERS_MAX) for (const oldest of known.keys()) return void known.delete(oldest);
}
