import type { Codec } from "../codec.js";
import { DecodeError, EncodeError } from "../errors.js";
import { sortUnique } from "../order.js";

/** @throws TypeError for an item type that Rust could not put into a sorted collection */
export function requireOrder(collection: string, item: Codec<unknown>): void {
  if (item.isOrdered) return;
  throw new TypeError(
    `${item.rustName ?? "the type"} has no order, so it cannot be in a ${collection}: give it one by t.transform`,
  );
}

/**
 * The items in strictly ascending order, of equal ones the last.
 *
 * @throws EncodeError if they cannot be compared, being of another type
 */
export function sortToWrite<T>(items: T[], compare: (a: T, b: T) => number): T[] {
  try {
    return sortUnique(items, compare);
  } catch (error) {
    if (error instanceof EncodeError) throw error;
    throw new EncodeError("invalidValue", "the items cannot be compared", { cause: error });
  }
}

/**
 * The items in strictly ascending order, of equal ones the last.
 *
 * @throws DecodeError if a comparison of the user's throws
 */
export function sortDecoded<T>(items: T[], compare: (a: T, b: T) => number, offset: number): T[] {
  try {
    return sortUnique(items, compare);
  } catch (error) {
    throw new DecodeError("invalidValue", "the items cannot be compared", offset, { cause: error });
  }
}
