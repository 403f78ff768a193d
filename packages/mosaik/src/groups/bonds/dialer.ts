import type { PeerId } from "../../primitives/index.js";
import type { CancelTimer, Runtime } from "../../runtime/index.js";
import { DialPlan, type DialOutcome } from "./dial-plan.js";

export interface DialerContext {
  readonly runtime: Runtime;
  /** Dials a peer once. What it throws is a defect. */
  dial(peer: PeerId, signal: AbortSignal): Promise<DialOutcome | "bonded">;
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
    this.plan = new DialPlan(() => context.runtime.random.unit());
  }

  /** The plan may have changed: begins the dials that are due. */
  run(): void {
    const { runtime } = this.#context;
    this.#cancelTimer?.();
    if (this.#isClosed) return;
    for (const peer of this.plan.due(runtime.monoMs())) void this.#dial(peer);
    const { deadlineMs } = this.plan;
    if (deadlineMs === Infinity) return;
    this.#cancelTimer = runtime.after(Math.max(0, deadlineMs - runtime.monoMs()), () => this.run());
  }

  /** Ends every dial. */
  close(): void {
    this.#isClosed = true;
    for (const dial of this.#dials) dial.abort();
    this.#cancelTimer?.();
  }

  async #dial(peer: PeerId): Promise<void> {
    const { runtime } = this.#context;
    const stopper = new AbortController();
    this.#dials.add(stopper);
    let outcome: DialOutcome | "bonded" = "failed";
    try {
      outcome = await this.#context.dial(peer, stopper.signal);
    } catch (error) {
      runtime.report(error, `dialling group member ${peer.short()}`);
    } finally {
      this.#dials.delete(stopper);
    }
    this.plan.ended(peer, outcome === "bonded" ? "failed" : outcome, runtime.monoMs());
    this.run();
  }
}
