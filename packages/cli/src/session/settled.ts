import type { CatalogView } from "mosaik";

/** So long nothing may change for the catalog to count as complete. */
const QUIET_MS = 500;

/** Waits until no peer was new for half a second: then those that answer are known. Ends early when the signal is aborted. */
export function settled(catalog: CatalogView, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let count = catalog.peersCount();
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const unsubscribe = catalog.subscribe(() => {
      if (catalog.peersCount() === count) return;
      count = catalog.peersCount();
      timer.refresh();
    });
    const timer = setTimeout(end, QUIET_MS);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
