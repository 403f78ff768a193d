import type { Runtime } from "./runtime.js";

/** Waits until `promise` is settled, but no longer than `timeoutMs`; it goes on unheard then. @throws what the promise rejects with */
export async function atMost(
  runtime: Pick<Runtime, "after">,
  timeoutMs: number,
  promise: Promise<unknown>,
): Promise<void> {
  let cancelTimer = (): void => {};
  const late = new Promise<void>((resolve) => (cancelTimer = runtime.after(timeoutMs, resolve)));
  try {
    await Promise.race([promise, late]);
  } finally {
    cancelTimer();
  }
}
