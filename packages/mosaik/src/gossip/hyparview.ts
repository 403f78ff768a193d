import type { PeerId } from "../primitives/index.js";
import { swarm, type GossipOutput, type MembershipTimer, type Pick, type Purpose } from "./core-io.js";
import type { MembershipRules } from "./membership-rules.js";
import { NeighborRequests } from "./neighbor-requests.js";
import { fitting, PeerDataStore } from "./peer-data.js";
import type { PeerData, PeerInfo, SwarmMessage } from "./protocol.js";
import { RememberedPeers } from "./remembered-peers.js";
import { View } from "./view.js";

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

/** How long a peer that left the active view may go on sending before it is asked what it takes us for, in ms. */
const LEAVING_MS = 2000;

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
  readonly #peerData: PeerDataStore;
  readonly #requests: NeighborRequests;
  /** Peers that left the active view and are alive: the end of the connection is no reason to forget them. */
  readonly #aliveGone = new RememberedPeers();
  /** Peers that left the active view: what they send for a while after that was under way. */
  readonly #left = new RememberedPeers();
  #myData: PeerData;
  #isShuffleScheduled = false;
  #nowMs = 0;
  #out: GossipOutput[] = [];

  constructor(me: PeerId, myData: PeerData, rules: MembershipRules, pick: Pick) {
    this.#me = me;
    this.#myData = myData;
    this.#rules = rules;
    this.#pick = pick;
    const { isExact, neighborTimeoutMs } = rules;
    const isInUse = (peer: PeerId): boolean => this.active.has(peer) || this.passive.has(peer);
    this.#peerData = new PeerDataStore({ isInUse, ...(isExact && { bytesMax: Infinity }) });
    this.#requests = new NeighborRequests({
      answerWithinMs: neighborTimeoutMs,
      ...(isExact && { pendingMax: Infinity }),
    });
  }

  /** Peers asked to be neighbours that have not answered. */
  get pendingCount(): number {
    return this.#requests.pendingCount;
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
        if (this.#requests.takeOwed(from, this.#nowMs)) return;
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
    if (this.#requests.isPending(joiner.id)) return;
    const next = this.#draw(
      active.without((peer) => peer === from),
      "forwardJoin",
    );
    if (next !== undefined) this.#send(next, { kind: "forwardJoin", value: { peer: joiner, ttl: ttl - 1 } });
  }

  #onNeighbor(from: PeerId, priority: Priority, data: PeerData | undefined): void {
    let isReply = this.#requests.settle(from);
    let reply: Reply = "request";
    if (!this.#rules.isExact) {
      // Whoever asks is answered, lest it wait for ever; an answer to an answer would go on for ever (spec 03, trap 8).
      isReply ||= this.active.has(from) && this.#requests.wasAnswered(from, this.#nowMs);
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
    const wasPending = this.#requests.settle(from);
    if (this.active.has(from)) return this.#removeActive(from, isAlive ? "leftAlive" : "left");
    if (isAlive && this.passive.has(from)) this.#aliveGone.add(from, this.#nowMs);
    if (wasPending && !this.#rules.isExact) {
      // Rust asks nobody else until the next shuffle where the refusal is faster than its timer.
      this.#requests.refuse(from, this.#nowMs);
      this.#refill();
    }
  }

  #onConnectionClosed(peer: PeerId): void {
    const wasPending = this.#requests.settle(peer);
    if (this.active.has(peer)) return this.#removeActive(peer, "connectionClosed");
    if (!this.#aliveGone.delete(peer)) {
      this.passive.delete(peer);
      this.#peerData.forget(peer);
    }
    if (wasPending && !this.#rules.isExact) this.#refill();
  }

  #onShuffleTimer(): void {
    const { active, passive } = this;
    const { shuffleActiveCount, shufflePassiveCount, shuffleWalkLength, shuffleIntervalMs, isExact } = this.#rules;
    if (!isExact) this.#requests.forgetStale(this.#nowMs);
    const target = this.#draw(active.peers, "shuffleTarget");
    if (target !== undefined) {
      const isTarget = (peer: PeerId): boolean => peer === target;
      const nodes = [
        ...this.#sample(active.without(isTarget), shuffleActiveCount, "shuffleNodes"),
        ...this.#sample(passive.without(isTarget), shufflePassiveCount, "shuffleNodes"),
      ].map((id) => this.#peerData.infoOf(id));
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
    if (this.#left.ageMs(by, this.#nowMs) < LEAVING_MS) return;
    this.#left.add(by, this.#nowMs);
    this.#sendNeighbor(by, "low");
  }

  #onNeighborTimeout(peer: PeerId): void {
    if (!this.#requests.settle(peer)) return;
    this.passive.delete(peer);
    this.#refill();
  }

  #learn(node: PeerInfo): void {
    const data = this.#peerData.learn(node);
    if (data !== undefined) this.#out.push({ kind: "peerData", peer: node.id, data });
  }

  #sendNeighbor(peer: PeerId, priority: Priority): void {
    if (!this.#requests.ask(peer, this.#nowMs)) return;
    this.#send(peer, { kind: "neighbor", value: { priority: { kind: priority }, data: this.#myData } });
  }

  #answerNeighbor(peer: PeerId, priority: Priority): void {
    this.#requests.answer(peer, this.#nowMs);
    this.#send(peer, { kind: "neighbor", value: { priority: { kind: priority }, data: this.#myData } });
  }

  #reply(peer: PeerId, priority: Priority, reply: Reply): void {
    if (reply === "request") this.#sendNeighbor(peer, priority);
    else if (reply === "answer") this.#answerNeighbor(peer, priority);
  }

  #shuffleReply(to: PeerId, count: number): void {
    const ids = this.#sample(this.passive.peers, count, "replyNodes");
    if (ids.length < count) ids.push(...this.#sample(this.active.peers, count - ids.length, "replyNodes"));
    this.#send(to, { kind: "shuffleReply", value: fitting(ids.map((id) => this.#peerData.infoOf(id))) });
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
      if (!this.#rules.isExact) this.#peerData.forget(evicted);
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
    this.#left.add(peer, this.#nowMs);
    if (!this.#rules.isExact) this.#requests.left(peer, this.#nowMs);
    this.#out.push({ kind: "neighborDown", peer });
    if (reason === "evicted") this.#sayDisconnect(peer, true);
    else this.#out.push({ kind: "disconnectPeer", peer });

    const isKept = reason === "connectionClosed" ? this.#aliveGone.delete(peer) : reason !== "left";
    if (!isKept) return;
    const info = this.#peerData.infoOf(peer);
    this.#peerData.forget(peer);
    this.#addPassive(info);
    if (reason !== "connectionClosed") this.#aliveGone.add(peer, this.#nowMs);
  }

  /** Asks one passive peer to be a neighbour, if there is room. */
  #refill(skip?: PeerId): void {
    if (this.active.size + this.#requests.pendingCount >= this.#rules.activeMax) return;
    const isLeftOut = (peer: PeerId): boolean =>
      peer === skip || this.#requests.isPending(peer) || (this.#requests.hasRefused(peer) && this.active.size > 0);
    const peer = this.#draw(this.passive.without(isLeftOut), "refill");
    if (peer === undefined) return;
    this.#sendNeighbor(peer, this.active.size === 0 ? "high" : "low");
    this.#schedule(this.#rules.neighborTimeoutMs, { kind: "neighborTimeout", peer });
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
