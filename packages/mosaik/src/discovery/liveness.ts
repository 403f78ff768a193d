import { MosaikError, TaskPool, type PeerId } from "../primitives/index.js";
import { FailureDetector, type DetectorInput, type DetectorOutput, type DetectorRules } from "./failure-detector.js";
import { pingPeer, type Pong } from "./ping.js";
import type { SyncContext } from "./sync.js";

/** A ping that is not answered within this time is missed even where pings are more frequent, in ms. */
const PING_TIMEOUT_MIN_MS = 2000;
const CONCURRENT_MAX = 64;
/** It is looked who is due when a peer's turn comes, at most so often in an interval, and once in any case. */
const TICKS_PER_INTERVAL = 4;

export interface LivenessOptions extends DetectorRules {
  onAlive(peer: PeerId, pong: Pong): void;
  onSilent(peer: PeerId): void;
  /** A silent peer is looked for no longer. */
  onGivenUp(peer: PeerId): void;
}

/** Pings the known peers when the failure detector says so, and tells who answers and who has fallen silent. */
export class Liveness {
  readonly #context: SyncContext;
  readonly #options: LivenessOptions;
  readonly #detector: FailureDetector;
  readonly #pool: TaskPool<PeerId>;
  #cancelTimer: () => void = () => {};
  /** When it was last looked who is due, and when that is done next. */
  #lookedMs = -Infinity;
  #nextLookMs = Infinity;

  constructor(context: SyncContext, options: LivenessOptions) {
    const { random } = context.node.runtime;
    this.#context = context;
    this.#options = options;
    this.#detector = new FailureDetector(options, () => random.unit());
    this.#pool = new TaskPool(CONCURRENT_MAX, (peer) => this.#ping(peer));
  }

  start(): void {
    this.#look();
  }

  /** A peer was found: it is watched from the next moment on. */
  found(): void {
    if (this.#nextLookMs < Infinity) this.#lookAt(this.#context.node.runtime.monoMs());
  }

  /** The peer has just shown that it is alive. */
  heard(peer: PeerId): void {
    this.#feed({ kind: "heard", peer });
  }

  /** The peer may be gone: it is asked at once. */
  suspect(peer: PeerId): void {
    this.#feed({ kind: "suspected", peer });
  }

  close(): void {
    this.#cancelTimer();
    this.#nextLookMs = -Infinity;
    this.#pool.clear();
  }

  #look(): void {
    const { runtime } = this.#context.node;
    this.#lookedMs = runtime.monoMs();
    const peers = this.#context.catalog.signedPeers(runtime.wallMs());
    this.#feed({ kind: "tick", known: peers.map(({ entry }) => entry.id) });
    this.#lookAt(Math.min(this.#detector.dueMs(), this.#lookedMs + this.#options.intervalMs));
  }

  /** Looks who is due then, unless that is done sooner anyway. */
  #lookAt(atMs: number): void {
    const lookMs = Math.max(atMs, this.#lookedMs + this.#options.intervalMs / TICKS_PER_INTERVAL);
    if (lookMs >= this.#nextLookMs) return;
    const { runtime } = this.#context.node;
    this.#cancelTimer();
    this.#nextLookMs = lookMs;
    this.#cancelTimer = runtime.after(Math.max(0, lookMs - runtime.monoMs()), () => {
      this.#nextLookMs = Infinity;
      this.#look();
    });
  }

  #feed(input: DetectorInput): void {
    const { node } = this.#context;
    if (node.closing.aborted) return;
    for (const output of this.#detector.step(input, node.runtime.monoMs())) this.#carryOut(output);
    if (input.kind !== "tick") this.#lookAt(this.#detector.dueMs(input.peer));
  }

  #carryOut({ kind, peer }: DetectorOutput): void {
    if (kind === "ping") this.#pool.add(peer);
    else if (kind === "silent") this.#options.onSilent(peer);
    else this.#options.onGivenUp(peer);
  }

  async #ping(peer: PeerId): Promise<void> {
    const { node } = this.#context;
    const timeoutMs = Math.max(PING_TIMEOUT_MIN_MS, this.#options.intervalMs);
    try {
      const pong = await pingPeer(this.#context, peer, { timeoutMs });
      this.#feed({ kind: "answered", peer });
      this.#options.onAlive(peer, pong);
    } catch (error) {
      if (!(error instanceof MosaikError)) node.runtime.report(error, `pinging ${peer.short()}`);
      if (!node.closing.aborted) node.metrics.counter("mosaik.discovery.pings.missed").add();
      this.#feed({ kind: "missed", peer });
    }
  }
}
