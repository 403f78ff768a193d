import { Backoff, type PeerId } from "../primitives/index.js";

/** What a failure detector goes by. All times are in ms. */
export interface DetectorRules {
  /** A new peer, and one that missed a ping, is pinged this often. */
  readonly intervalMs: number;
  /** A peer that answers is pinged half as often after each answer, down to this. */
  readonly intervalMaxMs: number;
  /** Pings missed in a row that make a peer silent. */
  readonly missedMax: number;
  /** How long a silent peer is looked for. */
  readonly lookForMs: number;
}

export type DetectorInput =
  /** Time has passed; these are the peers to watch. */
  | { readonly kind: "tick"; readonly known: Iterable<PeerId> }
  /** A peer answered our ping, or did not. */
  | { readonly kind: "answered" | "missed"; readonly peer: PeerId }
  /** A peer showed that it is alive without being asked. */
  | { readonly kind: "heard"; readonly peer: PeerId }
  /** Something that a peer held was lost: it may be gone. */
  | { readonly kind: "suspected"; readonly peer: PeerId };

export type DetectorOutput =
  | { readonly kind: "ping"; readonly peer: PeerId }
  /** It missed too many pings; it is looked for from now on. */
  | { readonly kind: "silent"; readonly peer: PeerId }
  /** It is looked for no longer. */
  | { readonly kind: "givenUp"; readonly peer: PeerId };

/** A node pings no more often than this: in a large network each peer's turn comes more seldom. */
export const PINGS_PER_SECOND_MAX = 10;
/** Pings that may go out together. */
export const PING_BURST_MAX = 10;
/** Intervals are shortened by up to this fraction: of two peers that watch each other, either may be the first to ask. */
const SPREAD = 0.1;
/** How silent peers are looked for: they may only have been cut off from us. */
const LOST_BACKOFF = { initialMs: 2000, factor: 1.5, maxMs: 30_000, jitter: 0.2 };

interface Watched {
  nextMs: number;
  intervalMs: number;
  missed: number;
  isSuspected: boolean;
  /** A ping is under way. */
  isAsked: boolean;
  /** It was heard of since it was asked. */
  isExcused: boolean;
}

interface Lost {
  readonly sinceMs: number;
  readonly backoff: Backoff;
  nextMs: number;
  isAsked: boolean;
}

/** A peer whose turn it is. */
interface Due {
  readonly peer: PeerId;
  readonly state: Watched | Lost;
  readonly isUrgent: boolean;
}

/**
 * Decides whom to ping when, and who has fallen silent. Whoever shows a sign of life by itself is not asked, so that of two peers one
 * asks; whoever answers is asked less and less often; whoever missed a ping or is suspected is asked before all others.
 */
export class FailureDetector {
  readonly #rules: DetectorRules;
  readonly #random: () => number;
  readonly #watched = new Map<PeerId, Watched>();
  readonly #lost = new Map<PeerId, Lost>();
  #allowance = PING_BURST_MAX;
  #allowedMs: number | undefined;

  /** @param random uniform in [0, 1) */
  constructor(rules: DetectorRules, random: () => number) {
    this.#rules = rules;
    this.#random = random;
  }

  step(input: DetectorInput, nowMs: number): DetectorOutput[] {
    switch (input.kind) {
      case "tick":
        return this.#tick(input.known, nowMs);
      case "answered":
        return this.#answered(input.peer, nowMs);
      case "heard":
        return this.#heard(input.peer, nowMs);
      case "missed":
        return this.#missed(input.peer, nowMs);
      case "suspected":
        return this.#suspected(input.peer, nowMs);
    }
  }

  /** When a peer's turn comes, without one that of whoever is first; `Infinity` while none is to come. Until then a tick has nobody to ask. */
  dueMs(peer?: PeerId): number {
    if (peer !== undefined) return dueOf(this.#watched.get(peer) ?? this.#lost.get(peer));
    let firstMs = Infinity;
    for (const state of this.#watched.values()) firstMs = Math.min(firstMs, dueOf(state));
    for (const state of this.#lost.values()) firstMs = Math.min(firstMs, dueOf(state));
    return firstMs;
  }

  #tick(known: Iterable<PeerId>, nowMs: number): DetectorOutput[] {
    const peers = new Set(known);
    for (const peer of this.#watched.keys()) if (!peers.has(peer)) this.#watched.delete(peer);
    for (const peer of peers) {
      this.#lost.delete(peer);
      if (!this.#watched.has(peer)) this.#watched.set(peer, this.#newcomer(nowMs, peers.size));
    }
    const outputs: DetectorOutput[] = [];
    for (const [peer, { sinceMs }] of this.#lost) {
      if (nowMs - sinceMs <= this.#rules.lookForMs) continue;
      this.#lost.delete(peer);
      outputs.push({ kind: "givenUp", peer });
    }
    for (const due of this.#due(nowMs)) {
      if (!this.#mayPing(nowMs)) break;
      outputs.push(this.#ping(due, nowMs));
    }
    return outputs;
  }

  /** Spread over the interval, or all nodes that met together would ping at the same moment. */
  #newcomer(nowMs: number, count: number): Watched {
    const { intervalMs } = this.#rules;
    const withinMs = Math.max(intervalMs, (1000 * count) / PINGS_PER_SECOND_MAX);
    const nextMs = nowMs + withinMs * this.#random();
    return { nextMs, intervalMs, missed: 0, isSuspected: false, isAsked: false, isExcused: false };
  }

  #due(nowMs: number): Due[] {
    const due: Due[] = [];
    for (const [peer, state] of this.#watched) {
      const isUrgent = state.isSuspected || state.missed > 0;
      if (state.nextMs <= nowMs && !state.isAsked) due.push({ peer, state, isUrgent });
    }
    for (const [peer, state] of this.#lost) {
      if (state.nextMs <= nowMs && !state.isAsked) due.push({ peer, state, isUrgent: false });
    }
    return due.sort((a, b) => Number(b.isUrgent) - Number(a.isUrgent) || a.state.nextMs - b.state.nextMs);
  }

  #ping({ peer, state }: Due, nowMs: number): DetectorOutput {
    state.isAsked = true;
    if ("backoff" in state) state.nextMs = nowMs + state.backoff.nextMs(this.#random());
    else {
      // Counted from the question: one that was waited for in vain so long is asked again at once.
      state.nextMs = nowMs + this.#rules.intervalMs;
      state.isExcused = false;
    }
    return { kind: "ping", peer };
  }

  #answered(peer: PeerId, nowMs: number): DetectorOutput[] {
    const lost = this.#lost.get(peer);
    if (lost !== undefined) lost.isAsked = false;
    const watched = this.#watched.get(peer);
    if (watched === undefined) return [];
    const { intervalMs, intervalMaxMs } = this.#rules;
    watched.isAsked = false;
    watched.intervalMs = Math.max(intervalMs, Math.min(2 * watched.intervalMs, intervalMaxMs));
    return this.#heard(peer, nowMs);
  }

  #heard(peer: PeerId, nowMs: number): DetectorOutput[] {
    const lost = this.#lost.get(peer);
    if (lost !== undefined) lost.nextMs = nowMs;
    const watched = this.#watched.get(peer);
    if (watched === undefined) return [];
    watched.missed = 0;
    watched.isSuspected = false;
    watched.isExcused = true;
    const intervalMs = Math.max(watched.intervalMs, (1000 * this.#watched.size) / PINGS_PER_SECOND_MAX);
    watched.nextMs = nowMs + intervalMs * (1 - SPREAD * this.#random());
    return [];
  }

  #missed(peer: PeerId, nowMs: number): DetectorOutput[] {
    const lost = this.#lost.get(peer);
    if (lost !== undefined) lost.isAsked = false;
    const watched = this.#watched.get(peer);
    if (watched === undefined || !watched.isAsked) return [];
    watched.isAsked = false;
    watched.intervalMs = this.#rules.intervalMs;
    if (watched.isExcused) return [];
    if (++watched.missed < this.#rules.missedMax) return this.#askAtOnce(peer, watched, nowMs);
    this.#watched.delete(peer);
    const backoff = new Backoff(LOST_BACKOFF);
    this.#lost.set(peer, { sinceMs: nowMs, backoff, nextMs: nowMs + backoff.nextMs(this.#random()), isAsked: false });
    return [{ kind: "silent", peer }];
  }

  #suspected(peer: PeerId, nowMs: number): DetectorOutput[] {
    const watched = this.#watched.get(peer);
    if (watched === undefined || watched.isAsked) return [];
    watched.isSuspected = true;
    watched.nextMs = nowMs;
    return this.#askAtOnce(peer, watched, nowMs);
  }

  /** Where its time has come, and the allowance is not used up; else it is among the first at the next tick. */
  #askAtOnce(peer: PeerId, state: Watched, nowMs: number): DetectorOutput[] {
    return state.nextMs <= nowMs && this.#mayPing(nowMs) ? [this.#ping({ peer, state, isUrgent: true }, nowMs)] : [];
  }

  /** Takes one ping from the allowance, which grows with time. */
  #mayPing(nowMs: number): boolean {
    const grownMs = nowMs - (this.#allowedMs ?? nowMs);
    this.#allowedMs = nowMs;
    this.#allowance = Math.min(PING_BURST_MAX, this.#allowance + (grownMs * PINGS_PER_SECOND_MAX) / 1000);
    if (this.#allowance < 1) return false;
    this.#allowance--;
    return true;
  }
}

/** One that is being asked has no turn until it has answered or not. */
function dueOf(state: Watched | Lost | undefined): number {
  return state === undefined || state.isAsked ? Infinity : state.nextMs;
}
