import { PeerId } from "../../primitives/index.js";
import type { CancelTimer, Runtime } from "../../runtime/index.js";
import type { DialPace, DialPlaces } from "./dial-places.js";
import { DialPlan, type DialOutcome } from "./dial-plan.js";

/** A handshake needs two round trips: one that takes longer than this, in ms, is one of too many. */
const QUICK_MS = 1000;

/** What a dial led to. */
export type DialResult =
  | "bonded"
  | DialOutcome
  /** The peer is there, but had no time or no place for us: that it fails is a matter of too much work. */
  | "late";

export interface DialerContext {
  readonly runtime: Runtime;
  readonly localId: PeerId;
  /** Of all groups of the node. */
  readonly places: DialPlaces;
  /** Dials a peer once. What it throws is a defect. */
  dial(peer: PeerId, signal: AbortSignal): Promise<DialResult>;
}

/** Carries a plan of dials out. */
export class Dialer {
  readonly plan: DialPlan;
  readonly #context: DialerContext;
  /** One for each dial: Node warns of a signal that many listen to. */
  readonly #dials = new Set<AbortController>();
  #isClosed = false;
  #cancelTimer: CancelTimer | undefined;

  constructor(context: DialerContext) {
    this.#context = context;
    const { localId, runtime } = context;
    this.plan = new DialPlan({
      unit: () => runtime.random.unit(),
      goesFirst: (peer) => PeerId.compare(localId, peer) < 0,
    });
  }

  /** The plan may have changed: begins the dials whose turn it is. */
  run(): void {
    const { runtime, places } = this.#context;
    this.#cancelTimer?.();
    if (this.#isClosed) return;
    const nowMs = runtime.monoMs();
    const areAllDialled = this.plan.dial(nowMs, (peer, isRetry) => {
      const hasPlace = places.take(isRetry);
      if (hasPlace) void this.#dial(peer, isRetry);
      return hasPlace;
    });
    if (!areAllDialled) places.whenFree(this.#onFree);
    const nextMs = this.plan.nextMs(nowMs);
    if (nextMs < Infinity) this.#cancelTimer = runtime.after(nextMs - nowMs, () => this.run());
  }

  /** Ends every dial. */
  close(): void {
    this.#isClosed = true;
    for (const dial of this.#dials) dial.abort();
    this.#cancelTimer?.();
    this.#context.places.forget(this.#onFree);
  }

  readonly #onFree = (): void => this.run();

  async #dial(peer: PeerId, isRetry: boolean): Promise<void> {
    const { runtime, places } = this.#context;
    const stopper = new AbortController();
    const beganMs = runtime.monoMs();
    this.#dials.add(stopper);
    let result: DialResult = "failed";
    try {
      result = await this.#context.dial(peer, stopper.signal);
    } catch (error) {
      runtime.report(error, `dialling group member ${peer.short()}`);
    } finally {
      this.#dials.delete(stopper);
    }
    const nowMs = runtime.monoMs();
    this.plan.ended(peer, result === "refused" ? "refused" : "failed", nowMs);
    this.run();
    places.release(isRetry, paceOf(result, nowMs - beganMs));
  }
}

function paceOf(result: DialResult, tookMs: number): DialPace {
  if (result === "failed") return "unanswered";
  return result === "late" || tookMs > QUICK_MS ? "slow" : "quick";
}
