import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What this process has in memory after all garbage was collected, in bytes. */
export function residentBytes(): number {
  collectAll();
  return process.memoryUsage.rss();
}

/** What JavaScript holds after all garbage was collected, on its heap and in buffers, in bytes. */
export function usedBytes(): number {
  collectAll();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What the first collection frees may hold on to more, as finalizers do. */
function collectAll(): void {
  for (let i = 0; i < 3; i++) collectGarbage();
}
