import { CLOSE, judgePeer, PeerInfo, type CloseCode, type PeerEntry } from "../../network/index.js";
import { isObserver, type PeerId } from "../../primitives/index.js";
import type { Runtime } from "../../runtime/index.js";
import { TicketGate } from "../../tickets/index.js";
import type { ProducerConfig } from "./config.js";
import { CoolDowns } from "../cool-downs.js";

/** Observers of one producer at once: anybody may carry their label. */
const OBSERVERS_MAX = 16;
const COOL_DOWN_MAX_MS = 60_000;
/** The first cool-down where the producer has no limit of its own, in ms. */
const COOL_DOWN_MS = 1000;

/** Decides which consumers a producer takes, and which it keeps (spec 04 §3.4, §(c) 10, 13). */
export class Admission {
  readonly #runtime: Runtime;
  readonly #config: ProducerConfig;
  readonly #rttMs: (peer: PeerId) => number | undefined;
  readonly #refused = new CoolDowns({ initialMs: COOL_DOWN_MS, factor: 2, maxMs: COOL_DOWN_MAX_MS, jitter: 0.2 });
  readonly #tooSlow: CoolDowns;
  readonly #byPeer = new Map<PeerId, number>();
  #count = 0;
  /** Consumers that take no place of others (spec 08 §3). */
  #observers = 0;

  /** @param rttMs what is known of a peer's round-trip time */
  constructor(runtime: Runtime, config: ProducerConfig, rttMs: (peer: PeerId) => number | undefined) {
    this.#runtime = runtime;
    this.#config = config;
    this.#rttMs = rttMs;
    // A consumer that stalls holds the others up for so long: it stays away for at least as long.
    const initialMs = Number.isFinite(config.noProgressLimitMs) ? config.noProgressLimitMs : COOL_DOWN_MS;
    this.#tooSlow = new CoolDowns({ initialMs, factor: 2, maxMs: Math.max(initialMs, COOL_DOWN_MAX_MS), jitter: 0.2 });
  }

  /**
   * Judges a consumer that wants to subscribe; one that is admitted counts until `left`. Observers have places of their own.
   *
   * @param onRevoked its tickets are valid no more
   * @returns what it is admitted with, or the code to refuse it with
   */
  admit(entry: PeerEntry, onRevoked: () => void): TicketGate | CloseCode {
    const { id } = entry;
    const nowMs = this.#runtime.monoMs();
    if (this.#tooSlow.endMs(id, undefined, nowMs) !== undefined) return CLOSE.streamTooSlow;
    if (this.#refused.endMs(id, entry, nowMs) !== undefined) return CLOSE.streamNotAllowed;
    const ofPeer = this.#byPeer.get(id) ?? 0;
    const { maxConsumers, maxConsumersPerPeer } = this.#config;
    const isFull = isObserver(entry) ? this.#observers >= OBSERVERS_MAX : this.#count >= maxConsumers;
    if (isFull || ofPeer >= maxConsumersPerPeer) return CLOSE.streamNoCapacity;
    const verdict = this.#judge(entry);
    // Whoever asks for a round-trip time that nobody knows yet is answered when it comes again.
    if (verdict === "needsRtt") return CLOSE.streamNoCapacity;
    if (verdict === "fails") return this.#refuse(entry, nowMs);
    const gate = new TicketGate(this.#runtime, this.#config.requireConsumerTicket, entry, onRevoked);
    if (!gate.isAdmitted) return this.#refuse(entry, nowMs);
    this.#take(isObserver(entry), 1);
    this.#byPeer.set(id, ofPeer + 1);
    return gate;
  }

  /** Whether a consumer that was admitted may stay, by its newest entry. Its tickets are judged by its gate. */
  mayStay(entry: PeerEntry): boolean {
    return this.#judge(entry) !== "fails";
  }

  /**
   * A consumer's subscription has ended.
   *
   * @param wasObserver whether it was an observer when it was admitted
   * @param wasTooSlow because it made no progress
   */
  left(peer: PeerId, wasObserver: boolean, wasTooSlow: boolean): void {
    this.#take(wasObserver, -1);
    const ofPeer = this.#byPeer.get(peer)! - 1;
    if (ofPeer === 0) this.#byPeer.delete(peer);
    else this.#byPeer.set(peer, ofPeer);
    if (wasTooSlow) this.#tooSlow.add(peer, undefined, this.#runtime.monoMs(), this.#runtime.random.unit());
  }

  #take(byObserver: boolean, places: 1 | -1): void {
    if (byObserver) this.#observers += places;
    else this.#count += places;
  }

  #judge(entry: PeerEntry): ReturnType<typeof judgePeer> {
    const { requireConsumer } = this.#config;
    if (requireConsumer.length === 0) return "passes";
    const peer = new PeerInfo(entry, this.#rttMs(entry.id));
    return judgePeer(requireConsumer, peer, (error, where) => this.#runtime.report(error, where));
  }

  #refuse(entry: PeerEntry, nowMs: number): CloseCode {
    // A changed entry may bring what was missing: it is judged at once.
    this.#refused.add(entry.id, entry, nowMs, this.#runtime.random.unit());
    return CLOSE.streamNotAllowed;
  }
}
