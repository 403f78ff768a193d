import { abortReason, linkSignals } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import { GroupError, type GroupErrorDetails } from "./errors.js";

/** Limits of a wait. */
export interface WaitOptions {
  /** Gives the wait up: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait, in ms; then it rejects with `timeout`. Default: for ever. */
  readonly timeoutMs?: number | undefined;
}

/** Both limits of a wait in one signal. */
export interface WaitLimit {
  readonly signal: AbortSignal;
  /** Must be called once the wait has ended. */
  readonly release: () => void;
}

/**
 * @param what what is waited for, for the message
 * @returns nothing where nothing limits the wait
 */
export function limitWait(
  runtime: Pick<Runtime, "after">,
  { signal, timeoutMs }: WaitOptions,
  what: string,
  details: () => GroupErrorDetails = () => ({}),
): WaitLimit | undefined {
  if (timeoutMs === undefined) return signal === undefined ? undefined : { signal, release: () => {} };
  if (!(timeoutMs >= 0)) throw new GroupError("invalidOption", `timeoutMs must not be ${timeoutMs}`);
  const deadline = new AbortController();
  const linked = linkSignals(signal, deadline.signal);
  const cancelTimer = runtime.after(timeoutMs, () =>
    deadline.abort(new GroupError("timeout", `${what} took longer than ${timeoutMs} ms`, details())),
  );
  const release = (): void => {
    cancelTimer();
    linked.unlink();
  };
  return { signal: linked.signal, release };
}

/** @param giveUp called once the limit is reached, perhaps at once; it makes the wait reject with the reason */
export function untilLimit<T>(
  wait: Promise<T>,
  { signal, release }: WaitLimit,
  giveUp: (reason: Error) => void,
): Promise<T> {
  const onAbort = (): void => giveUp(abortReason(signal));
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return wait.finally(() => {
    signal.removeEventListener("abort", onAbort);
    release();
  });
}
