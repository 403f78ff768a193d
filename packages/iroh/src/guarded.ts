/** Runs a callback of the user. What it throws is an uncaught exception of its own, and nothing else is lost by it. */
export function guarded(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
