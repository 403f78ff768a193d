import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What this process has in memory after all garbage was collected, in bytes. */
export function residentBytes(): number {
  // What the first collection frees may hold on to more, as finalizers do.
  for (let i = 0; i < 3; i++) collectGarbage();
  return process.memoryUsage.rss();
}
