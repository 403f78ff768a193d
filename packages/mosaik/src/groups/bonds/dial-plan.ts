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
/** Of two peers one dials the other so much sooner, in ms: as a rule one dial is enough. */
const HEAD_START_MS = 200;

interface Target {
  /** What the peer says of itself. `undefined`: only members speak of it. */
  saying: object | undefined;
  isBonded: boolean;
  isRefused: boolean;
  /** Whether it was dialled in vain, or its bond was lost, since it said something new. */
  isRetried: boolean;
  /** When it may be dialled again. */
  notBeforeMs: number;
  /** Counts only where only members speak of it. */
  attemptsLeft: number;
  bondedMs: number;
  readonly backoff: Backoff;
}

export interface DialPlanOptions {
  /** Random numbers in [0, 1). */
  unit(): number;
  /** Whether we dial this peer at once, and it us a moment later; else it is the other way round. */
  goesFirst(peer: PeerId): boolean;
}

/**
 * Whom a member of a group dials, and when (spec 05 §4.1, §19 B1). Pure. Each peer is dialled by one dial at a time, again and again while
 * the catalog has it; a lost bond is dialled anew soon, whatever the catalog does.
 */
export class DialPlan {
  readonly #options: DialPlanOptions;
  /** In the order in which they became known, or were dialled last: where places are few everybody's turn comes. */
  readonly #targets = new Map<PeerId, Target>();
  readonly #dialling = new Set<PeerId>();

  constructor(options: DialPlanOptions) {
    this.#options = options;
  }

  /** All peers that say themselves that they are members, each with what it says: another object where that changes. */
  catalog(members: ReadonlyMap<PeerId, { readonly saying: object }>, nowMs: number): void {
    for (const [peer, { saying }] of members) {
      const target = this.#targets.get(peer) ?? this.#add(peer, saying, nowMs);
      if (target.saying === saying) continue;
      target.saying = saying;
      target.isRetried = false;
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

  /**
   * The peers whose turn it is.
   *
   * @param begin dials one, unless there is no place; if it does the peer counts as being dialled until `ended`
   * @returns whether all were dialled
   */
  dial(nowMs: number, begin: (peer: PeerId, isRetry: boolean) => boolean): boolean {
    let areAllDialled = true;
    for (const [peer, target] of this.#targets) {
      if (target.notBeforeMs > nowMs || !this.#isWaiting(peer, target)) continue;
      this.#dialling.add(peer);
      if (begin(peer, target.isRetried)) continue;
      this.#dialling.delete(peer);
      areAllDialled = false;
    }
    return areAllDialled;
  }

  /** When it is the turn of somebody whose turn it was not at this time; `Infinity` for never. */
  nextMs(afterMs: number): number {
    let nextMs = Infinity;
    for (const [peer, target] of this.#targets) {
      const { notBeforeMs } = target;
      if (notBeforeMs > afterMs && notBeforeMs < nextMs && this.#isWaiting(peer, target)) nextMs = notBeforeMs;
    }
    return nextMs;
  }

  /** There is a bond, whoever dialled. */
  bonded(peer: PeerId, nowMs: number): void {
    const target = this.#targets.get(peer) ?? this.#add(peer, undefined, nowMs);
    target.isBonded = true;
    target.isRefused = false;
    target.isRetried = false;
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
      isRetried: false,
      notBeforeMs: this.#options.goesFirst(peer) ? nowMs : nowMs + HEAD_START_MS,
      attemptsLeft: HINT_ATTEMPTS,
      bondedMs: nowMs,
      backoff: new Backoff(RETRIES),
    };
    this.#targets.set(peer, target);
    return target;
  }

  #settle(peer: PeerId, target: Target, outcome: DialOutcome, nowMs: number): void {
    target.isRefused = outcome === "refused";
    target.isRetried = true;
    this.#targets.delete(peer);
    if (target.saying === undefined && (target.isRefused || --target.attemptsLeft <= 0)) return;
    this.#targets.set(peer, target);
    target.notBeforeMs = nowMs + (target.isRefused ? REFUSED_MS : target.backoff.nextMs(this.#options.unit()));
  }
}

function askAgain(target: Target, nowMs: number): void {
  target.isRefused = false;
  target.notBeforeMs = nowMs;
}
