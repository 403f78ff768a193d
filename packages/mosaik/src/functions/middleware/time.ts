import { unlessAborted } from "../../primitives/index.js";
import type { Runtime } from "../../runtime/index.js";
import { FunctionError } from "../errors.js";

type Clock = Pick<Runtime, "monoMs" | "after">;

/** How long a call may still take: its `timeoutMs` less what has passed. */
export class TimeBudget {
  readonly #clock: Clock;
  readonly #endMs: number | undefined;

  constructor(clock: Clock, timeoutMs: number | undefined) {
    this.#clock = clock;
    this.#endMs = timeoutMs === undefined ? undefined : clock.monoMs() + timeoutMs;
  }

  /** What is left, in ms, zero at least; `undefined` if the call says nothing of its time. */
  get remainingMs(): number | undefined {
    return this.#endMs === undefined ? undefined : Math.max(0, this.#endMs - this.#clock.monoMs());
  }
}

/**
 * Waits for `promise` as long as a call may wait; then the promise goes on unheard.
 *
 * @param doing what the call is waiting for, for the message
 * @throws FunctionError `timeout`, `cancelled`; what the promise rejects with
 */
export async function withinTime<T>(
  clock: Clock,
  promise: Promise<T>,
  { timeoutMs, signal }: { timeoutMs?: number | undefined; signal?: AbortSignal | undefined },
  doing: string,
): Promise<T> {
  let cancelTimer = (): void => {};
  const late = new Promise<never>((_, reject) => {
    if (timeoutMs === undefined) return;
    const error = new FunctionError("timeout", `the call's time was up while ${doing}`);
    cancelTimer = clock.after(timeoutMs, () => reject(error));
  });
  try {
    return await unlessAborted(Promise.race([promise, late]), signal);
  } catch (error) {
    if (!signal?.aborted || error instanceof FunctionError) throw error;
    throw new FunctionError("cancelled", `the call was given up while ${doing}`, { cause: error });
  } finally {
    cancelTimer();
  }
}

/** Waits so many ms. @throws FunctionError `cancelled` */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  let cancelTimer = (): void => {};
  const passed = new Promise<void>((resolve) => (cancelTimer = clock.after(delayMs, resolve)));
  try {
    await withinTime(clock, passed, { signal }, "waiting for its next attempt");
  } finally {
    cancelTimer();
  }
}
