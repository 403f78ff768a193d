/** What a source of messages may use of the event loop. */
export interface TurnRules {
  /** The share of all sources together that have used up their own, between 0 and 1. */
  readonly share: number;
  /** What they may use at once after a pause, in ms. */
  readonly burstMs: number;
  /** The share that every source has for itself, whatever the others do. */
  readonly ownShare: number;
  /** What a source may use at once after a pause, in ms. */
  readonly ownBurstMs: number;
  /** What a new source may use at once, in ms: about what the handshake before it cost us. */
  readonly ownFirstMs: number;
  /** No step is charged with more, in ms: what lies beyond is the machine's affair, not the peer's. */
  readonly chargeMaxMs: number;
}

/**
 * Announcements of ten thousand nodes take some 5 % of the event loop, spread over five neighbours: nobody honest is held back. A flood
 * takes a tenth of it, in small pieces.
 */
export const defaultTurnRules: TurnRules = {
  share: 0.1,
  burstMs: 50,
  ownShare: 0.01,
  ownBurstMs: 10,
  ownFirstMs: 2,
  chargeMaxMs: 2,
};

/** With less than this nothing is begun, in ms: waking up costs something, too. */
const WORTHWHILE_MS = 0.25;

/**
 * Whose input is handled next. A source that used little of late comes at once; those that used up their own share one another's rest,
 * in turn, and wait when that is used up. Pure: time comes in with each call.
 */
export class TurnOrder<S> {
  readonly #rules: TurnRules;
  readonly #shared: Allowance;
  readonly #own = new Map<S, Allowance>();
  /** Sources whose input waits, the longest first: those that used little, and those that used more. */
  readonly #frugal = new Set<S>();
  readonly #greedy = new Set<S>();

  constructor(rules: TurnRules, nowMs: number) {
    this.#rules = rules;
    this.#shared = new Allowance(rules.share, rules.burstMs, rules.burstMs, nowMs);
  }

  open(source: S, nowMs: number): void {
    const { ownShare, ownBurstMs, ownFirstMs } = this.#rules;
    this.#own.set(source, new Allowance(ownShare, ownBurstMs, ownFirstMs, nowMs));
  }

  close(source: S): void {
    this.#own.delete(source);
    this.#frugal.delete(source);
    this.#greedy.delete(source);
  }

  /** The source has input that waits. */
  enter(source: S, nowMs: number): void {
    const own = this.#own.get(source);
    if (own === undefined || this.#greedy.has(source)) return;
    if (own.leftMs(nowMs) > 0) this.#frugal.add(source);
    else this.#greedy.add(source);
  }

  /** Takes out the source whose turn it is, if it is anyone's. */
  next(nowMs: number): S | undefined {
    const waiting = this.#frugal.size > 0 ? this.#frugal : this.#shared.leftMs(nowMs) > 0 ? this.#greedy : undefined;
    if (waiting === undefined) return undefined;
    for (const source of waiting) {
      waiting.delete(source);
      return source;
    }
    return undefined;
  }

  /** What a step of the source took. Frugal or not, all of it counts for all. */
  charge(source: S, tookMs: number, nowMs: number): void {
    const ms = Math.min(tookMs, this.#rules.chargeMaxMs);
    this.#own.get(source)?.spend(ms, nowMs);
    this.#shared.spend(ms, nowMs);
  }

  /** How long nothing can be handled, in ms; `undefined` where nothing waits. */
  readyInMs(nowMs: number): number | undefined {
    if (this.#frugal.size > 0) return 0;
    return this.#greedy.size > 0 ? this.#shared.hasInMs(WORTHWHILE_MS, nowMs) : undefined;
  }
}

/** Time that may be used: it comes back at a steady pace, up to a bound, and may run into debt. */
class Allowance {
  readonly #share: number;
  readonly #maxMs: number;
  #atLastMs: number;
  #lastMs: number;

  constructor(share: number, maxMs: number, firstMs: number, nowMs: number) {
    this.#share = share;
    this.#maxMs = maxMs;
    this.#atLastMs = firstMs;
    this.#lastMs = nowMs;
  }

  leftMs(nowMs: number): number {
    return Math.min(this.#maxMs, this.#atLastMs + (nowMs - this.#lastMs) * this.#share);
  }

  spend(ms: number, nowMs: number): void {
    // A debt beyond the bound is forgiven: nobody waits long for what is past.
    this.#atLastMs = Math.max(-this.#maxMs, this.leftMs(nowMs) - ms);
    this.#lastMs = nowMs;
  }

  hasInMs(ms: number, nowMs: number): number {
    return Math.max(0, (ms - this.leftMs(nowMs)) / this.#share);
  }
}
