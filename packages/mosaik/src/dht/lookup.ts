import { addressKey } from "./ip.js";
import type { DhtNode, KrpcReply } from "./krpc.js";
import { compareDistance, isSecureNodeId } from "./node-id.js";
import { compareAge, type SignedPacket } from "./signed-packet.js";

/** How many of the nearest nodes are asked, and hold an item (spec 03 §B.2). */
export const NEAREST = 20;
/** Candidates of one lookup, and so its questions: nodes that name ever nearer ones, or nonsense, do not keep it going. */
const CANDIDATES_MAX = 256;

/** A node that answered, and may be given an item. */
export interface Responder {
  readonly node: DhtNode;
  readonly token: Uint8Array;
}

/** What came of a lookup. */
export interface LookupResult {
  /** The newest of all that were found and are genuine. */
  readonly packet: SignedPacket | undefined;
  /** Nodes that can be given an item, the nearest first. */
  readonly responders: readonly Responder[];
  /** How many nodes answered at all: with none nothing is known, not even that there is no item. */
  readonly answers: number;
}

interface Candidate {
  readonly node: DhtNode;
  readonly isSecure: boolean;
  state: "new" | "asked" | "answered" | "failed";
  token: Uint8Array | undefined;
}

/**
 * Finds the nodes that are nearest to a target, and what they hold for it (BEP 5, BEP 44): asks the nearest of those that are known, all at
 * once, and goes on with those that they name. Pure: whoever owns it sends the questions, and tells what came of them.
 */
export class Lookup {
  readonly #target: Uint8Array;
  readonly #isGenuine: (packet: SignedPacket) => boolean;
  /** The nearest first; those with an id that their address may not have come last. */
  readonly #candidates: Candidate[] = [];
  readonly #addresses = new Set<string>();
  readonly #insecureHosts = new Set<string>();
  #asked = 0;
  #answers = 0;
  #packet: SignedPacket | undefined;

  /**
   * @param target 20 bytes
   * @param isGenuine whether an item belongs to the target, and its signature is right
   */
  constructor(target: Uint8Array, known: readonly DhtNode[], isGenuine: (packet: SignedPacket) => boolean) {
    this.#target = target;
    this.#isGenuine = isGenuine;
    this.learn(known);
  }

  /** Nobody is left to be asked, and nothing is on its way. */
  get isDone(): boolean {
    return this.#asked === 0 && !this.#nearest().some(({ state }) => state === "new");
  }

  /** How many nodes have answered. */
  get answers(): number {
    return this.#answers;
  }

  /** The newest genuine item so far. */
  get packet(): SignedPacket | undefined {
    return this.#packet;
  }

  /** Takes further nodes into account. */
  learn(nodes: readonly DhtNode[]): void {
    for (const node of nodes) this.#add(node);
  }

  /** The nodes to be asked now; each is to be reported by `replied` or `failed`, once. */
  next(): DhtNode[] {
    const due = this.#nearest().filter(({ state }) => state === "new");
    for (const candidate of due) candidate.state = "asked";
    this.#asked += due.length;
    return due.map(({ node }) => node);
  }

  replied(node: DhtNode, reply: KrpcReply): void {
    if (reply.kind === "error") return this.failed(node);
    const candidate = this.#end(node, "answered");
    if (candidate === undefined) return;
    this.#answers++;
    candidate.token = reply.token;
    const { packet } = reply;
    const isNewer = packet !== undefined && (this.#packet === undefined || compareAge(packet, this.#packet) > 0);
    if (isNewer && this.#isGenuine(packet)) this.#packet = packet;
    this.learn(reply.nodes);
  }

  failed(node: DhtNode): void {
    this.#end(node, "failed");
  }

  result(): LookupResult {
    const responders: Responder[] = [];
    for (const { node, token } of this.#candidates) if (token !== undefined) responders.push({ node, token });
    return { packet: this.#packet, responders: responders.slice(0, NEAREST), answers: this.#answers };
  }

  /** Those that count: what failed makes room for the next ones. */
  #nearest(): Candidate[] {
    const nearest: Candidate[] = [];
    for (const candidate of this.#candidates) {
      if (candidate.state !== "failed") nearest.push(candidate);
      if (nearest.length === NEAREST) break;
    }
    return nearest;
  }

  #end(node: DhtNode, state: "answered" | "failed"): Candidate | undefined {
    const candidate = this.#candidates.find((one) => one.node === node);
    if (candidate?.state !== "asked") return undefined;
    candidate.state = state;
    this.#asked--;
    return candidate;
  }

  #add(node: DhtNode): void {
    const key = addressKey(node);
    if (this.#addresses.has(key)) return;
    const isSecure = isSecureNodeId(node.host, node.id);
    // One address could name itself as often as it likes, with the ids that suit it.
    if (!isSecure && this.#insecureHosts.has(node.host)) return;
    const candidate: Candidate = { node, isSecure, state: "new", token: undefined };
    const at = this.#candidates.findIndex((other) => this.#compare(candidate, other) < 0);
    if (at < 0 && this.#candidates.length >= CANDIDATES_MAX) return;
    this.#candidates.splice(at < 0 ? this.#candidates.length : at, 0, candidate);
    this.#addresses.add(key);
    if (!isSecure) this.#insecureHosts.add(node.host);
    if (this.#candidates.length > CANDIDATES_MAX) this.#dropFarthest();
  }

  #dropFarthest(): void {
    const at = this.#candidates.findLastIndex(({ state }) => state === "new");
    if (at >= 0) this.#candidates.splice(at, 1);
  }

  #compare(a: Candidate, b: Candidate): number {
    if (a.isSecure !== b.isSecure) return a.isSecure ? -1 : 1;
    return compareDistance(this.#target, a.node.id, b.node.id);
  }
}
