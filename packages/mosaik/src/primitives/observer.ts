import { Digest, type Tag } from "./digest.js";

/**
 * The label of nodes that only look on (spec 08 §3): `discovery: { tags: [OBSERVER_TAG] }`. Nodes of this library do not count them in online
 * conditions, and give them no place that somebody else needs.
 */
export const OBSERVER_TAG: Tag = Digest.from("mosaik.observer");

/** Whether a peer says that it only looks on. */
export function isObserver({ tags }: { readonly tags: { has(tag: Tag): boolean } }): boolean {
  return tags.has(OBSERVER_TAG);
}
