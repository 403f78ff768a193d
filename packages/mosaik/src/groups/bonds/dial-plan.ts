import { Backoff, type BackoffPolicy, type PeerId } from "../../primitives/index.js";

/** How a dial ended, or the bond that it led to. */
export type DialOutcome =
  /** There was no answer, or the bond was lost: it may be better soon. */
  | "failed"
  /** One of the two does not want the other: nothing will change unless an entry does. */
  | "refused";

/** Delays between dials of one peer: with their jitter at most 2 s. */
const RETRIES: BackoffPolicy = { initialMs: 100, factor: 2, maxMs: 1600, jitter: 0.25 };
/** A bond that lasted this long begins with short delays when it is lost, in ms. */
const STABLE_MS = 5000;
/** When a peer that refused is asked again although its entry is the same, in ms. */
const REFUSED_MS = 30_000;
/** Peers that are known only by what members say of them. */
export const HINTS_MAX = 256;
/** Dials of a peer that is known only by what members say. */
const HINT_ATTEMPTS = 3;
/** Dials under way at once. */
export const DIALS_MAX = 32;

interface Target {
  /** What the peer says of itself. `undefined`: only members speak of it. */
  saying: object | undefined;
  isBonded: boolean;
  isRefused: boolean;
  /** When it may be dialled again. */
  notBeforeMs: number;
  /** Counts only where only members speak of it. */
  attemptsLeft: number;
  bondedMs: number;
  readonly backoff: Backoff;
}

/**
 * Whom a member of a group dials, and when (spec 05 §4.1, §19 B1). Pure. Each peer is dialled by one dial at a time, again and again while
 * the catalog has it; a lost bond is dialled anew soon, whatever the catalog does.
 */
export class DialPlan {
  readonly #unit: () => number;
  /** In the order in which they became known. */
  readonly #targets = new Map<PeerId, Target>();
  readonly #dialling = new Set<PeerId>();

  /** @param unit random numbers in [0, 1) */
  constructor(unit: () => number) {
    this.#unit = unit;
  }

  /** All peers that say themselves that they are members, each with what it says: another object where that changes. */
  catalog(members: ReadonlyMap<PeerId, { readonly saying: object }>, nowMs: number): void {
    for (const [peer, { saying }] of members) {
      const target = this.#targets.get(peer) ?? this.#add(peer, saying, nowMs);
      if (target.saying === saying) continue;
      target.saying = saying;
      if (target.isRefused) askAgain(target, nowMs);
    }
    for (const [peer, target] of this.#targets) {
      if (target.saying === undefined || members.has(peer)) continue;
      if (target.isBonded || this.#dialling.has(peer)) target.saying = undefined;
      else this.#targets.delete(peer);
    }
  }

  /** What we say of ourselves has changed: who did not want us may now. */
  askAll(nowMs: number): void {
    for (const target of this.#targets.values()) if (target.isRefused) askAgain(target, nowMs);
  }

  /** A member says that this peer is one, too. */
  hint(peer: PeerId, nowMs: number): void {
    if (this.#targets.has(peer)) return;
    let hinted = 0;
    for (const { saying, isBonded } of this.#targets.values()) if (saying === undefined && !isBonded) hinted++;
    if (hinted < HINTS_MAX) this.#add(peer, undefined, nowMs);
  }

  /** The peers to be dialled now; each counts as being dialled until `ended`. */
  due(nowMs: number): PeerId[] {
    const peers: PeerId[] = [];
    for (const [peer, target] of this.#targets) {
      if (this.#dialling.size >= DIALS_MAX) break;
      if (!this.#isWaiting(peer, target) || target.notBeforeMs > nowMs) continue;
      this.#dialling.add(peer);
      peers.push(peer);
    }
    return peers;
  }

  /** When `due` has something new; `Infinity` for never. */
  get deadlineMs(): number {
    let deadlineMs = Infinity;
    if (this.#dialling.size >= DIALS_MAX) return deadlineMs;
    for (const [peer, target] of this.#targets) {
      if (target.notBeforeMs < deadlineMs && this.#isWaiting(peer, target)) deadlineMs = target.notBeforeMs;
    }
    return deadlineMs;
  }

  /** There is a bond, whoever dialled. */
  bonded(peer: PeerId, nowMs: number): void {
    const target = this.#targets.get(peer) ?? this.#add(peer, undefined, nowMs);
    target.isBonded = true;
    target.isRefused = false;
    target.bondedMs = nowMs;
  }

  /** A dial is over. @param outcome counts only where there is no bond */
  ended(peer: PeerId, outcome: DialOutcome, nowMs: number): void {
    if (!this.#dialling.delete(peer)) return;
    const target = this.#targets.get(peer);
    if (target?.isBonded === false) this.#settle(peer, target, outcome, nowMs);
  }

  /** There is no bond any more. */
  lost(peer: PeerId, outcome: DialOutcome, nowMs: number): void {
    const target = this.#targets.get(peer);
    if (target?.isBonded !== true) return;
    target.isBonded = false;
    if (nowMs - target.bondedMs >= STABLE_MS) {
      target.backoff.reset();
      target.attemptsLeft = HINT_ATTEMPTS;
    }
    this.#settle(peer, target, outcome, nowMs);
  }

  #isWaiting(peer: PeerId, { isBonded }: Target): boolean {
    return !isBonded && !this.#dialling.has(peer);
  }

  #add(peer: PeerId, saying: object | undefined, nowMs: number): Target {
    const target: Target = {
      saying,
      isBonded: false,
      isRefused: false,
      notBeforeMs: nowMs,
      attemptsLeft: HINT_ATTEMPTS,
      bondedMs: nowMs,
      backoff: new Backoff(RETRIES),
    };
    this.#targets.set(peer, target);
    return target;
  }

  #settle(peer: PeerId, target: Target, outcome: DialOutcome, nowMs: number): void {
    target.isRefused = outcome === "refused";
    if (target.saying === undefined && (target.isRefused || --target.attemptsLeft <= 0)) {
      this.#targets.delete(peer);
    } else {
      target.notBeforeMs = nowMs + (target.isRefused ? REFUSED_MS : target.backoff.nextMs(this.#unit()));
    }
  }
}

function askAgain(target: Target, nowMs: number): void {
  target.isRefused = false;
  target.notBeforeMs = nowMs;
}
