import type { Gauge } from "../../metrics/index.js";
import type { SignedPeerEntry } from "../../network/index.js";
import { PeerId } from "../../primitives/index.js";
import type { BondInfo } from "./context.js";
import type { Frame } from "./frames.js";
import type { Member } from "./member.js";

/** The members of a group that there is a bond with. */
export class Members<M> implements Iterable<Member<M>> {
  readonly #members = new Map<PeerId, Member<M>>();
  readonly #active: Gauge;
  /** In ascending order, until there is a change. */
  #sorted: readonly PeerId[] | undefined;

  /** @param active counts them */
  constructor(active: Gauge) {
    this.#active = active;
  }

  [Symbol.iterator](): Iterator<Member<M>> {
    return this.#members.values();
  }

  /** In ascending order. */
  peers(): readonly PeerId[] {
    return (this.#sorted ??= [...this.#members.keys()].sort(PeerId.compare));
  }

  /** How each bond stands, in the order of `peers`. */
  infos(nowMs: number, rttMs: (peer: PeerId) => number | undefined): readonly BondInfo[] {
    return this.peers().map((peer) => this.#members.get(peer)!.info(nowMs, rttMs(peer)));
  }

  /** The newest entries of all, in the order of `peers`. */
  entries(): SignedPeerEntry[] {
    return this.peers().map((peer) => this.#members.get(peer)!.active.entry);
  }

  has(peer: PeerId): boolean {
    return this.#members.has(peer);
  }

  get(peer: PeerId): Member<M> | undefined {
    return this.#members.get(peer);
  }

  /** Adds a member, in the place of the one that the peer was before. */
  set(peer: PeerId, member: Member<M>): void {
    this.#members.set(peer, member);
    this.#changed();
  }

  delete(peer: PeerId): void {
    this.#members.delete(peer);
    this.#changed();
  }

  /** @returns who they were */
  clear(): readonly Member<M>[] {
    const members = [...this.#members.values()];
    this.#members.clear();
    this.#changed();
    return members;
  }

  /** @param frame made only if there is anybody to send it to */
  broadcast(frame: () => Frame | undefined, except?: PeerId): void {
    const made = this.#members.size === 0 ? undefined : frame();
    if (made === undefined) return;
    for (const [peer, { active }] of this.#members) if (peer !== except) active.send(made);
  }

  #changed(): void {
    this.#sorted = undefined;
    this.#active.set(this.#members.size);
  }
}
