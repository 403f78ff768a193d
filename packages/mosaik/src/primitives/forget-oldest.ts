/** A map or a set: both keep the order of insertion. */
interface Ordered<K> {
  readonly size: number;
  keys(): Iterable<K>;
  delete(key: K): boolean;
}

/** Takes out what was put in first until no more than `max` are left. */
export function forgetOldest<K>(collection: Ordered<K>, max: number): void {
  if (collection.size <= max) return;
  for (const oldest of collection.keys()) {
    collection.delete(oldest);
    if (collection.size <= max) return;
  }
}
