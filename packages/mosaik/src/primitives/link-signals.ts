/** A signal that aborts with the first of several, and the way to let go of them. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Stops listening to the sources. Must be called once the work that used the signal has ended. */
  readonly unlink: () => void;
}

/**
 * Joins signals without the leak of `AbortSignal.any` on Node 20: the sources hold nothing once `unlink` was called.
 * Absent signals are left out.
 */
export function linkSignals(...sources: (AbortSignal | undefined)[]): LinkedSignal {
  const controller = new AbortController();
  const present = sources.filter((source) => source !== undefined);
  const abort = (event: Event): void => {
    unlink();
    controller.abort((event.target as AbortSignal).reason);
  };
  const unlink = (): void => {
    for (const source of present) source.removeEventListener("abort", abort);
  };
  const aborted = present.find((source) => source.aborted);
  if (aborted !== undefined) controller.abort(aborted.reason);
  else for (const source of present) source.addEventListener("abort", abort, { once: true });
  return { signal: controller.signal, unlink };
}

/** What an aborted wait rejects with: the signal's own reason if it is an error. */
export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted", { cause: signal.reason });
}

/**
 * Waits for `promise` unless the signal aborts first; then rejects with the signal's reason while the promise goes on unheard.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
