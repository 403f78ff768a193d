import type { GroupMessage } from "../../../src/groups/protocol.js";
import type { Random } from "../../../src/runtime/index.js";
import type { Timeline } from "./timeline.js";
import { Lane, Wires } from "./wires.js";

/** What a member hears of its bonds. `sender` is the incarnation of the peer that sent the message. */
export type BondEvent =
  | { readonly kind: "bonded"; readonly peer: number }
  | { readonly kind: "unbonded"; readonly peer: number }
  | { readonly kind: "message"; readonly from: number; readonly sender: number; readonly message: GroupMessage };

/** A place where a member runs, stands still, or has died. */
export interface BondUser {
  readonly isUp: boolean;
  readonly isPaused: boolean;
  /** How often it was started. */
  readonly incarnation: number;
  take(event: BondEvent): void;
}

type SideState = "dialing" | "open" | "closed";

/** One end of a bond. */
class Side {
  state: SideState;
  /** Since when nothing arrives here. */
  silentSinceMs: number | undefined;
  /** What is sent from here. */
  readonly lane = new Lane();

  constructor(state: SideState) {
    this.state = state;
  }
}

interface Bond {
  readonly sides: ReadonlyMap<number, Side>;
}

/** A bond fails after this much silence, in ms (spec 05 §4.8). */
const SILENCE_MS = [3900, 5500] as const;
/** A bond that has been silent for so long gives way to a new handshake (spec 05 §19 B3). */
const REPLACEABLE_MS = 500;
const HANDSHAKE_TIMEOUT_MS = 2000;
const REDIAL_MS = [200, 2000] as const;

/**
 * The bonds between members, as their rooms see them: ordered and reliable until they break, which the two ends notice at different
 * times; what is cut is kept and repeated when the cut heals, unless the bond failed before; redialled with backoff.
 */
export class SimulatedBonds {
  /** Sees every message to be sent, and gives what is sent beside it, with the delay of each in ms. */
  tamper: (message: GroupMessage) => readonly (readonly [GroupMessage, number])[] = () => [];
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #users: BondUser[] = [];
  readonly #bonds = new Map<string, Bond>();
  /** The pairs whose members know of each other; only those bond. */
  readonly #known = new Set<string>();
  readonly #dialing = new Set<string>();
  readonly #wires: Wires;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
    this.#wires = new Wires(timeline, random);
  }

  add(user: BondUser): void {
    this.#users.push(user);
  }

  /** How many members run, or stand still. */
  get usersUp(): number {
    return this.#users.filter(({ isUp }) => isUp).length;
  }

  /** In ascending order. */
  peersOf(one: number): number[] {
    return this.#users.map((_, other) => other).filter((other) => other !== one && this.isBonded(one, other));
  }

  /** Whether `one` counts `other` among its bonds. */
  isBonded(one: number, other: number): boolean {
    return this.#bonds.get(pair(one, other))?.sides.get(one)!.state === "open";
  }

  send(from: number, to: number, message: GroupMessage): boolean {
    const bond = this.#bonds.get(pair(from, to));
    if (bond?.sides.get(from)!.state !== "open") return false;
    const sender = this.#users[from]!.incarnation;
    const deliver = (what: GroupMessage): void =>
      this.#travel(bond, from, to, () => {
        if (bond.sides.get(to)!.state !== "open") return;
        this.#users[to]!.take({ kind: "message", from, sender, message: what });
      });
    deliver(message);
    for (const [extra, delayMs] of this.tamper(message)) this.#timeline.after(delayMs, () => deliver(extra));
    return true;
  }

  /** The two know of each other from now on, and bond. */
  introduce(one: number, other: number): void {
    this.#known.add(pair(one, other));
    this.#planDial(one, other, this.#between(5, 60));
  }

  /** What the member with the number knew is gone: it has died, or it left. */
  forget(one: number): void {
    for (const other of this.#users.keys()) this.#known.delete(pair(one, other));
  }

  /** `to` hears nothing from `from`, until as many calls of `mend`. */
  cut(from: number, to: number): void {
    this.#wires.cut(from, to, 1);
    this.#review(from, to);
  }

  mend(from: number, to: number): void {
    this.#wires.cut(from, to, -1);
    this.#review(from, to);
    const lane = this.#bonds.get(pair(from, to))?.sides.get(from)!.lane;
    if (lane !== undefined && !this.#wires.isCut(from, to)) this.#wires.release(lane, from, to);
  }

  /** Adds to the latency of the two, in both directions. */
  slow(one: number, other: number, byMs: number): void {
    this.#wires.slow(one, other, byMs);
  }

  /** The bond ends at both ends, not quite at the same time; with `isLossy`, what travels is lost. */
  drop(one: number, other: number, isLossy: boolean): void {
    const bond = this.#bonds.get(pair(one, other));
    if (bond === undefined) return;
    for (const [me, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      // prettier-ignore
      if (isLossy) bond.sides.get(me)!.lane.isDead = true;
      else this.#travel(bond, peer, me, () => this.#end(bond, me, peer));
      this.#timeline.after(this.#between(0, 50), () => this.#end(bond, me, peer));
    }
  }

  /** The process of the member is gone without a word; what it has sent may arrive. */
  crash(one: number): void {
    for (const other of this.#users.keys()) {
      const bond = this.#bonds.get(pair(one, other));
      if (bond === undefined || other === one) continue;
      bond.sides.get(one)!.state = "closed";
      bond.sides.get(one)!.lane.isDead = this.#random.unit() < 0.5;
      bond.sides.get(other)!.lane.isDead = true;
      this.#review(one, other);
      this.#removeIfClosed(bond, one, other);
    }
  }

  /** The member says goodbye to everybody, behind what it has sent. */
  leave(one: number): void {
    for (const other of this.#users.keys()) {
      const bond = this.#bonds.get(pair(one, other));
      if (bond !== undefined && other !== one) this.#close(bond, one, other, false);
    }
  }

  /** The member stands still, or goes on: its peers hear nothing, or something again. */
  reviewPause(one: number): void {
    for (const other of this.#users.keys()) if (other !== one) this.#review(one, other);
  }

  /** Both ends of all bonds of the two are as they see them. */
  isMended(one: number, other: number): boolean {
    return this.isBonded(one, other) && this.isBonded(other, one);
  }

  #planDial(one: number, other: number, delayMs: number): void {
    const key = pair(one, other);
    if (this.#dialing.has(key)) return;
    this.#dialing.add(key);
    this.#timeline.after(delayMs, () => {
      this.#dialing.delete(key);
      this.#dial(one, other);
    });
  }

  #dial(one: number, other: number): void {
    const [oneUser, otherUser] = [this.#users[one]!, this.#users[other]!];
    if (!oneUser.isUp || !otherUser.isUp || !this.#known.has(pair(one, other)) || this.isMended(one, other)) return;
    const isUnreachable =
      this.#wires.isCut(one, other) || this.#wires.isCut(other, one) || oneUser.isPaused || otherUser.isPaused;
    if (isUnreachable || !this.#makeRoom(one, other)) {
      this.#planDial(one, other, this.#between(...REDIAL_MS));
      return;
    }
    const [dialler, acceptor] = this.#random.unit() < 0.5 ? [one, other] : [other, one];
    const [near, far] = [new Side("dialing"), new Side("open")];
    const bond: Bond = { sides: new Map([[dialler, near], [acceptor, far]]) }; // prettier-ignore
    this.#bonds.set(pair(one, other), bond);
    this.#users[acceptor]!.take({ kind: "bonded", peer: dialler });
    this.#travel(bond, acceptor, dialler, () => {
      if (near.state !== "dialing") return;
      near.state = "open";
      this.#review(one, other);
      this.#users[dialler]!.take({ kind: "bonded", peer: acceptor });
    });
    this.#timeline.after(HANDSHAKE_TIMEOUT_MS, () => {
      if (near.state === "dialing") this.#close(bond, dialler, acceptor, false);
    });
  }

  /** Whether no bond of the two is in the way: one that an end still holds gives way only if it has been silent there. */
  #makeRoom(one: number, other: number): boolean {
    const bond = this.#bonds.get(pair(one, other));
    if (bond === undefined) return true;
    for (const [me, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      // prettier-ignore
      const { state, silentSinceMs } = bond.sides.get(me)!;
      if (state === "closed") continue;
      if (silentSinceMs === undefined || this.#timeline.nowMs - silentSinceMs < REPLACEABLE_MS) return false;
      this.#end(bond, me, peer);
    }
    this.#bonds.delete(pair(one, other));
    return true;
  }

  #travel(bond: Bond, from: number, to: number, arrive: () => void): void {
    this.#wires.travel(bond.sides.get(from)!.lane, from, to, arrive);
  }

  /** `me` ends the bond, and its peer hears of it when it can. */
  #close(bond: Bond, me: number, peer: number, isTold: boolean): void {
    const side = bond.sides.get(me)!;
    if (side.state === "closed") return;
    this.#travel(bond, me, peer, () => this.#end(bond, peer, me));
    const wasOpen = side.state === "open";
    side.state = "closed";
    if (isTold && wasOpen) this.#users[me]!.take({ kind: "unbonded", peer });
    this.#review(me, peer);
    this.#removeIfClosed(bond, me, peer);
  }

  /** `me` sees that the bond has ended. */
  #end(bond: Bond, me: number, peer: number): void {
    const side = bond.sides.get(me)!;
    if (side.state === "closed") return;
    const wasOpen = side.state === "open";
    side.state = "closed";
    if (wasOpen) this.#users[me]!.take({ kind: "unbonded", peer });
    this.#review(me, peer);
    this.#removeIfClosed(bond, me, peer);
  }

  #removeIfClosed(bond: Bond, one: number, other: number): void {
    const key = pair(one, other);
    const sides = [...bond.sides.values()];
    if (sides.every(({ state }) => state === "closed") && this.#bonds.get(key) === bond) this.#bonds.delete(key);
    this.#planDial(one, other, this.#between(...REDIAL_MS));
  }

  /** Looks again at whether the two hear each other. */
  #review(one: number, other: number): void {
    const bond = this.#bonds.get(pair(one, other));
    if (bond === undefined) return;
    this.#reviewSide(bond, one, other);
    this.#reviewSide(bond, other, one);
  }

  #reviewSide(bond: Bond, me: number, peer: number): void {
    const side = bond.sides.get(me)!;
    const { isUp, isPaused } = this.#users[peer]!;
    const isHeard = isUp && !isPaused && bond.sides.get(peer)!.state === "open" && !this.#wires.isCut(peer, me);
    if (side.state !== "open" || isHeard) {
      side.silentSinceMs = undefined;
      return;
    }
    if (side.silentSinceMs !== undefined) return;
    const sinceMs = (side.silentSinceMs = this.#timeline.nowMs);
    this.#timeline.after(this.#between(...SILENCE_MS), () => {
      if (side.silentSinceMs !== sinceMs) return;
      side.silentSinceMs = undefined;
      // Who stood still judges by the input that it has processed: it begins to listen anew.
      if (this.#users[me]!.isPaused) this.#reviewSide(bond, me, peer);
      else this.#close(bond, me, peer, true);
    });
  }

  #between(minMs: number, maxMs: number): number {
    return minMs + this.#random.unit() * (maxMs - minMs);
  }
}

function pair(one: number, other: number): string {
  return one < other ? `${one}-${other}` : `${other}-${one}`;
}
