import type { GossipOutput } from "../../src/gossip/core-io.js";
import type { MembershipRules } from "../../src/gossip/membership-rules.js";
import { TopicCore, type TopicInput } from "../../src/gossip/topic.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import { SeededRandom } from "../../src/runtime/index.js";

export interface SwarmOptions {
  readonly seed: number | string;
  readonly membership?: Partial<MembershipRules>;
  /** One way, drawn for each pair of nodes. Default: 10 to 100, as in iroh-gossip's simulator. */
  readonly latencyMs?: readonly [min: number, max: number];
}

interface Event {
  readonly atMs: number;
  readonly sequence: number;
  readonly node: number;
  readonly input: TopicInput;
}

export interface SwarmEvent {
  readonly node: number;
  readonly kind: "neighborUp" | "neighborDown" | "received";
  readonly peer: number;
}

/** What a round of broadcasts cost (iroh-gossip `proto/sim.rs`). */
export interface RoundStats {
  /** Deliveries that did not happen in time. */
  readonly missed: number;
  /** The greatest number of hops of a delivery. */
  readonly lastHop: number;
  /** Payloads received per payload needed, less one. */
  readonly redundancy: number;
}

/** Many pure cores, a clock and latencies between them: iroh-gossip's `proto::sim`. */
export class Swarm {
  readonly cores: TopicCore[] = [];
  readonly ids: PeerId[] = [];
  readonly #options: SwarmOptions;
  readonly #random: SeededRandom;
  readonly #latencies = new Map<string, number>();
  readonly #connections = new Set<string>();
  readonly #numbers = new Map<PeerId, number>();
  readonly #alive: boolean[] = [];
  readonly #messageIds = new Map<Uint8Array, Digest>();
  #heap: Event[] = [];
  #sequence = 0;
  #nowMs = 0;
  #events: SwarmEvent[] = [];
  #payloads = 0;
  #lastHop = 0;

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.#random = new SeededRandom(`swarm/${options.seed}`);
  }

  /** Adds nodes, and says how many there are now. */
  insert(count: number): number {
    for (let i = 0; i < count; i++) {
      const node = this.cores.length;
      const random = new SeededRandom(`swarm/${this.#options.seed}/${node}`);
      const me = Digest.from(`node ${node}`);
      const id = PeerId.fromBytes(me.bytes);
      this.ids.push(id);
      this.#numbers.set(id, node);
      this.#alive.push(true);
      this.cores.push(
        new TopicCore({
          me: id,
          myData: new Uint8Array(),
          pick: (candidates) => candidates[Math.floor(random.unit() * candidates.length)]!,
          idOf: (content) => this.#idOf(content),
          ...(this.#options.membership === undefined ? {} : { membership: this.#options.membership }),
        }),
      );
    }
    return this.cores.length;
  }

  join(node: number, ...contacts: number[]): void {
    this.#step(node, { kind: "join", peers: contacts.map((contact) => this.ids[contact]!) });
  }

  broadcast(node: number, content: Uint8Array): void {
    this.#step(node, { kind: "broadcast", content, scope: "swarm" });
  }

  quit(node: number): void {
    this.#step(node, { kind: "quit" });
    this.#alive[node] = false;
  }

  /** The node dies; its peers see their connections with it end. */
  kill(node: number): void {
    this.#alive[node] = false;
    for (let other = 0; other < this.cores.length; other++) this.#disconnect(node, other);
  }

  isAlive(node: number): boolean {
    return this.#alive[node]!;
  }

  neighbors(node: number): number[] {
    return this.cores[node]!.membership.active.peers.map((peer) => this.#numbers.get(peer)!);
  }

  run(durationMs: number, isDone: () => boolean = () => false): void {
    const endMs = this.#nowMs + durationMs;
    while (this.#heap.length > 0 && this.#heap[0]!.atMs <= endMs) {
      const { atMs, node, input } = this.#pop();
      this.#nowMs = atMs;
      if (this.#alive[node] === true) this.#receive(node, input);
      if (isDone()) return;
    }
    this.#nowMs = endMs;
  }

  /** As many times the greatest latency. */
  runTrips(count: number): void {
    this.run(count * this.#latencyRange()[1]);
  }

  /** What happened since the last call. */
  events(): SwarmEvent[] {
    return this.#events.splice(0);
  }

  /** Whether every neighbour and every eager peer sees it likewise. */
  isSymmetric(): boolean {
    const isMutual = (sets: (core: TopicCore) => Iterable<PeerId>): boolean =>
      this.cores.every((core, node) => {
        if (!this.isAlive(node)) return true;
        return [...sets(core)].every((peer) =>
          [...sets(this.cores[this.#numbers.get(peer)!]!)].includes(this.ids[node]!),
        );
      });
    return isMutual((core) => core.membership.active.peers) && isMutual((core) => core.broadcast.eager);
  }

  /** Everybody joins node 0 at once. */
  bootstrap(count: number): void {
    this.insert(count);
    for (let node = 1; node < count; node++) this.join(node, 0);
    this.runTrips(20);
    this.events();
  }

  /** Broadcasts at once, until everybody has everything or the time is up. */
  round(messages: readonly (readonly [sender: number, content: Uint8Array])[], timeoutMs = 5000): RoundStats {
    const expected = messages.length * (this.#alive.filter(Boolean).length - 1);
    this.#payloads = this.#lastHop = 0;
    this.events();
    let received = 0;
    for (const [sender, content] of messages) this.broadcast(sender, content);
    this.run(timeoutMs, () => {
      received += this.events().filter(({ kind }) => kind === "received").length;
      return received >= expected;
    });
    received += this.events().filter(({ kind }) => kind === "received").length;
    this.#messageIds.clear();
    return {
      missed: expected - received,
      lastHop: this.#lastHop,
      redundancy: this.#payloads / (received - 1) - 1,
    };
  }

  randomNode(): number {
    return Math.floor(this.#random.unit() * this.cores.length);
  }

  #receive(node: number, input: TopicInput): void {
    if (input.kind === "message") {
      const { from, message } = input;
      this.#connections.add(this.#pair(this.#numbers.get(from)!, node));
      if (message.kind === "gossip" && message.value.kind === "gossip") this.#payloads++;
    }
    this.#step(node, input);
  }

  #step(node: number, input: TopicInput): void {
    const cut: number[] = [];
    for (const output of this.cores[node]!.step(input, this.#nowMs)) {
      const cutOff = this.#carryOut(node, output);
      if (cutOff !== undefined) cut.push(cutOff);
    }
    for (const other of cut) this.#disconnect(node, other);
  }

  #carryOut(node: number, output: GossipOutput): number | undefined {
    switch (output.kind) {
      case "send": {
        const to = this.#numbers.get(output.to)!;
        const input: TopicInput = { kind: "message", from: this.ids[node]!, message: output.message };
        this.#push(this.#latency(node, to), to, input);
        return;
      }
      case "schedule":
        this.#push(output.delayMs, node, { kind: "timer", timer: output.timer });
        return;
      case "neighborUp":
      case "neighborDown":
        this.#events.push({ node, kind: output.kind, peer: this.#numbers.get(output.peer)! });
        return;
      case "received":
        if (output.scope.kind === "swarm") this.#lastHop = Math.max(this.#lastHop, output.scope.value);
        this.#events.push({ node, kind: "received", peer: this.#numbers.get(output.from)! });
        return;
      case "disconnectPeer":
        return this.#numbers.get(output.peer)!;
      case "peerData":
        return;
    }
  }

  /** The other side hears of it a moment behind what was sent before. */
  #disconnect(node: number, other: number): void {
    if (!this.#connections.delete(this.#pair(node, other))) return;
    this.#push(this.#latency(node, other) + 0.001, other, { kind: "peerDisconnected", peer: this.ids[node]! });
  }

  #latencyRange(): readonly [number, number] {
    return this.#options.latencyMs ?? [10, 100];
  }

  #latency(one: number, other: number): number {
    const key = this.#pair(one, other);
    let latencyMs = this.#latencies.get(key);
    if (latencyMs === undefined) {
      const [minMs, maxMs] = this.#latencyRange();
      latencyMs = minMs + this.#random.unit() * (maxMs - minMs);
      this.#latencies.set(key, latencyMs);
    }
    return latencyMs;
  }

  #pair(one: number, other: number): string {
    return one < other ? `${one}-${other}` : `${other}-${one}`;
  }

  /** Contents are handed on by reference, so each is hashed once. */
  #idOf(content: Uint8Array): Digest {
    let id = this.#messageIds.get(content);
    if (id === undefined) this.#messageIds.set(content, (id = Digest.hash(content)));
    return id;
  }

  #push(delayMs: number, node: number, input: TopicInput): void {
    const heap = this.#heap;
    const event = { atMs: this.#nowMs + delayMs, sequence: this.#sequence++, node, input };
    let at = heap.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = heap[(at - 1) >> 1]!;
      if (!isBefore(event, parent)) break;
      heap[at] = parent;
    }
    heap[at] = event;
  }

  #pop(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.sequence < other.sequence);
}
