/** A collection frees less than this when everything was freed before, in bytes. */
const SETTLED_BYTES = 64 * 1024;
const COLLECTIONS_MAX = 20;

/**
 * Bytes in use on the heap and in array buffers, once collecting frees no more: buffers are freed beside the program, some only turns
 * after their owner was collected.
 */
export async function usedBytes(): Promise<number> {
  let used = Infinity;
  for (let i = 0; i < COLLECTIONS_MAX; i++) {
    globalThis.gc!();
    await new Promise((resolve) => setImmediate(resolve));
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const now = heapUsed + arrayBuffers;
    if (i > 2 && used - now < SETTLED_BYTES) return Math.min(now, used);
    used = now;
  }
  return used;
}
