import type { CancelTimer, Runtime } from "../runtime/index.js";
import type { Expiration } from "./expiration.js";

/**
 * The longest wait before the wall clock is asked again, in ms. Timers run on a clock that a machine's sleep or a correction of the
 * time does not move: this is how long an expired ticket may live on after such a jump.
 */
const LOOK_AGAIN_MS = 60_000;

/** What there is to do about an expiration. */
type ExpiryStep = "nothing" | "expired" | { readonly waitMs: number };

/** Decides on an expiration at a moment of the wall clock. */
function expiryStep(expiration: Expiration | undefined, nowMs: number): ExpiryStep {
  if (expiration?.moment === undefined) return "nothing";
  const remainingMs = expiration.remainingMs(nowMs);
  if (remainingMs === undefined) return "expired";
  // The first whole ms after the moment: in the moment itself the ticket is still valid.
  return { waitMs: Math.min(Math.floor(remainingMs) + 1, LOOK_AGAIN_MS) };
}

/**
 * Tells when an accepted expiration has passed. It goes by the wall clock, however far away the moment is and however that clock is
 * set meanwhile.
 *
 * ```ts
 * const timer = new ExpiryTimer(runtime, () => {
 *   // The peer may have a fresh ticket by now.
 *   const outcome = validateTickets(latestEntry(), validators, runtime.wallMs(), report);
 *   if (outcome instanceof InvalidTicket || !timer.arm(outcome)) drop();
 * });
 * ```
 */
export class ExpiryTimer {
  readonly #world: Pick<Runtime, "wallMs" | "after">;
  readonly #onExpired: () => void;
  #cancelTimer: CancelTimer | undefined;

  /** @param onExpired called once for each expiration that passes while armed, never from within `arm` */
  constructor(world: Pick<Runtime, "wallMs" | "after">, onExpired: () => void) {
    this.#world = world;
    this.#onExpired = onExpired;
  }

  /**
   * Waits for this expiration instead of the one before; for never, and for `undefined`, there is nothing to wait for.
   *
   * @returns false if it has passed already, as by a ticket that ends while it is judged: then nothing is armed, and the caller
   * treats the ticket as invalid
   */
  arm(expiration: Expiration | undefined): boolean {
    this.cancel();
    const step = expiryStep(expiration, this.#world.wallMs());
    if (typeof step === "object") this.#wait(step.waitMs, expiration);
    return step !== "expired";
  }

  /** Forgets the expiration. */
  cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #wait(waitMs: number, expiration: Expiration | undefined): void {
    this.#cancelTimer = this.#world.after(waitMs, () => {
      this.#cancelTimer = undefined;
      if (!this.arm(expiration)) this.#onExpired();
    });
  }
}
