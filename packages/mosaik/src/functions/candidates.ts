import { RttProbes, type Discovery } from "../discovery/index.js";
import { judgePeer, PeerInfo } from "../network/index.js";
import type { PeerEntry } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import { InvalidTicket, validateTickets } from "../tickets/index.js";
import type { CallerConfig } from "./config.js";
import type { FunctionId } from "./ids.js";

/** A handler that failed is set back for this long, doubling with each failure in a row, in ms. */
const SET_BACK_MS = 250;
const SET_BACK_MAX_MS = 30_000;
/** The class of round-trip times that are not known: behind those of up to a quarter of a second. */
const UNKNOWN_CLASS = 8;

/** A handler that may be called. */
export interface Candidate {
  readonly peer: PeerId;
  readonly isLocal: boolean;
  info: PeerInfo;
  /** Round-trip times of one class are as good as each other: up to 1 ms, 2, 4, 8, … */
  rttClass: number;
  /** Attempts under way. */
  outstanding: number;
  failures: number;
  setBackUntilMs: number;
  /** When it was picked last, as a number that grows. */
  pickedAt: number;
}

/** What the handlers of a function are found with. */
export interface CandidatesContext {
  readonly runtime: Runtime;
  readonly discovery: Discovery;
  readonly functionId: FunctionId;
  readonly config: CallerConfig;
  /** Whether this node handles the function itself. */
  hasLocal(): boolean;
  /** A round-trip time that was asked for may be known now. */
  onProbed(): void;
}

/** The handlers of one function, and which of them to call next (spec 04 §5.3, §(c) 23). */
export class Candidates {
  readonly #context: CandidatesContext;
  #known = new Map<PeerId, Candidate>();
  readonly #probes: RttProbes;
  #picks = 0;

  constructor(context: CandidatesContext) {
    this.#context = context;
    const { runtime, discovery } = context;
    this.#probes = new RttProbes({
      runtime,
      ping: (peer, signal) => discovery.ping(peer, { signal }),
      onProbed: () => context.onProbed(),
    });
  }

  close(): void {
    this.#probes.close();
  }

  get size(): number {
    return this.#known.size;
  }

  has(peer: PeerId): boolean {
    return this.#known.has(peer);
  }

  /** The handlers' entries, for conditions. */
  *entries(): Iterable<PeerEntry> {
    for (const { info } of this.#known.values()) yield info.entry;
  }

  /** Brings the handlers in line with the catalog. */
  refresh(): void {
    const { discovery, functionId, config } = this.#context;
    const now = new Map<PeerId, Candidate>();
    if (config.local && this.#context.hasLocal()) {
      this.#keep(now, new PeerInfo(discovery.me().entry, 0), true);
    }
    for (const info of discovery.catalog.peers()) {
      if (info.entry.functions.has(functionId) && this.#isEligible(info)) this.#keep(now, info, false);
    }
    this.#known = now;
    this.#probes.retain((peer) => discovery.catalog.get(peer)?.entry.functions.has(functionId) === true);
  }

  /** Whether there is one that was not tried. */
  hasUntried(tried: ReadonlySet<PeerId>): boolean {
    for (const peer of this.#known.keys()) if (!tried.has(peer)) return true;
    return false;
  }

  /**
   * The best handler that was not tried: one that did not fail lately or answer too late, in the nearest class, with the fewest calls of ours under way,
   * not picked for longest. Its entry is judged as it is at this moment.
   */
  pick(tried: ReadonlySet<PeerId> | undefined, nowMs: number): Candidate | undefined {
    for (;;) {
      let best: Candidate | undefined;
      for (const candidate of this.#known.values()) {
        if (tried?.has(candidate.peer) === true) continue;
        if (best === undefined || isBetter(candidate, best, nowMs)) best = candidate;
      }
      if (best === undefined) return undefined;
      if (this.#isStillEligible(best)) {
        best.pickedAt = ++this.#picks;
        return best;
      }
      this.#known.delete(best.peer);
    }
  }

  #keep(into: Map<PeerId, Candidate>, info: PeerInfo, isLocal: boolean): void {
    const rttClass = isLocal ? -1 : rttClassOf(info.rttMs);
    const known = this.#known.get(info.id);
    if (known !== undefined) {
      known.info = info;
      known.rttClass = rttClass;
      into.set(info.id, known);
      return;
    }
    const fresh = { outstanding: 0, failures: 0, setBackUntilMs: 0, pickedAt: 0 };
    into.set(info.id, { peer: info.id, isLocal, info, rttClass, ...fresh });
  }

  /** Entries change and tickets expire between two changes of the catalog; without conditions on handlers there is nothing to judge. */
  #isStillEligible({ peer, isLocal }: Candidate): boolean {
    const { config, discovery } = this.#context;
    if (isLocal) return this.#context.hasLocal();
    if (config.requireHandler.length === 0 && config.handlerTickets.length === 0) return true;
    const info = discovery.catalog.get(peer);
    return info !== undefined && this.#isEligible(info);
  }

  #isEligible(info: PeerInfo): boolean {
    const { config, runtime } = this.#context;
    const report = (error: unknown, where: string): void => runtime.report(error, where);
    if (config.requireHandler.length > 0) {
      const verdict = judgePeer(config.requireHandler, info, report);
      if (verdict === "needsRtt") this.#probes.need(info.id);
      if (verdict !== "passes") return false;
    }
    if (config.handlerTickets.length === 0) return true;
    return !(validateTickets(info.entry, config.handlerTickets, runtime.wallMs(), report) instanceof InvalidTicket);
  }
}

/** Notes how an attempt with a handler went. Failures while it is set back are those of one incident: they count once. */
export function noteOutcome(candidate: Candidate, isFailure: boolean, nowMs: number): void {
  if (isFailure && nowMs < candidate.setBackUntilMs) return;
  candidate.failures = isFailure ? candidate.failures + 1 : 0;
  const setBackMs = Math.min(SET_BACK_MAX_MS, SET_BACK_MS * 2 ** (candidate.failures - 1));
  candidate.setBackUntilMs = isFailure ? nowMs + setBackMs : 0;
}

function isBetter(a: Candidate, b: Candidate, nowMs: number): boolean {
  const [aIsBack, bIsBack] = [isSetBack(a, nowMs), isSetBack(b, nowMs)];
  if (aIsBack !== bIsBack) return bIsBack;
  // Which of them is in order again nobody knows: the nearest may be the one that is dead.
  if (aIsBack && a.setBackUntilMs !== b.setBackUntilMs) return a.setBackUntilMs < b.setBackUntilMs;
  if (a.rttClass !== b.rttClass) return a.rttClass < b.rttClass;
  if (a.outstanding !== b.outstanding) return a.outstanding < b.outstanding;
  return a.pickedAt < b.pickedAt;
}

/** One that failed last is tried with one call at a time, until it has answered. */
function isSetBack({ setBackUntilMs, failures, outstanding }: Candidate, nowMs: number): boolean {
  return setBackUntilMs > nowMs || (failures > 0 && outstanding > 0);
}

function rttClassOf(rttMs: number | undefined): number {
  return rttMs === undefined ? UNKNOWN_CLASS : Math.max(0, Math.ceil(Math.log2(rttMs)));
}
