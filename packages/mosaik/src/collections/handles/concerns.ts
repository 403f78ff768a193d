import type { Keys } from "../keys/keys.js";

/** Something that happened to one key, or to all. */
type KeyedChange<K> = { readonly kind: "cleared" } | { readonly kind: string; readonly key: K };

/** Tells the changes that concern a key. */
export function concerns<K>(keys: Keys<K>, key: K): (change: KeyedChange<K>) => boolean {
  const wanted = keys.identity(key);
  return (change) => !("key" in change) || keys.identity(change.key) === wanted;
}
