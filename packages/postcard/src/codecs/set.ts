import { Codec } from "../codec.js";
import { locate, wrongType } from "../errors.js";
import { genericName } from "../names.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";
import { requireOrder, sortDecoded, sortToWrite } from "./ordering.js";
import { compareItems } from "./sequence.js";

/** A count, then the items without repetition; ascending if the set is a sorted one. */
class SetCodec<T> extends Codec<Set<T>> {
  readonly shape: Shape;
  readonly rustName: string | undefined;
  private itemMinSize: number | undefined;
  private readonly order = (a: T, b: T): number => this.item.compare(a, b);

  constructor(
    path: string,
    private readonly item: Codec<T>,
    private readonly sorted: boolean,
  ) {
    super();
    this.shape = { kind: "set", item, sorted };
    this.rustName = genericName(path, { generics: [item] });
    if (sorted) requireOrder("BTreeSet", item);
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return this.sorted;
  }

  override compare(a: Set<T>, b: Set<T>): number {
    if (!this.sorted) return super.compare(a, b);
    return compareItems(this.item, sortToWrite([...a], this.order), sortToWrite([...b], this.order));
  }

  override write(writer: Writer, value: Set<T>): void {
    if (!(value instanceof Set)) throw wrongType("a Set", value);
    const items = this.sorted ? sortToWrite([...value], this.order) : [...value];
    writer.varint(items.length);
    let at = 0;
    try {
      for (; at < items.length; at++) this.item.write(writer, items[at]!);
    } catch (error) {
      locate(error, at);
      throw error;
    }
  }

  override read(reader: Reader): Set<T> {
    const start = reader.offset;
    const count = reader.count((this.itemMinSize ??= this.item.minSize));
    const items: T[] = [];
    let needsOrder = this.sorted;
    try {
      while (items.length < count) {
        const item = this.item.read(reader);
        // A JavaScript Set tells primitives apart, objects only by identity.
        needsOrder ||= typeof item === "object";
        items.push(item);
      }
    } catch (error) {
      locate(error, items.length);
      throw error;
    }
    return new Set(needsOrder ? sortDecoded(items, this.order, start) : items);
  }
}

/**
 * Rust's `BTreeSet<T>`: a `Set`, written in ascending order of `T`'s `Ord`. Any order and repetition is accepted.
 *
 * A JavaScript `Set` compares objects by identity: items that are equal by value are written once.
 */
export function btreeSet<T>(item: Codec<T>): Codec<Set<T>> {
  return new SetCodec("alloc::collections::btree::set::BTreeSet", item, true);
}

/** Rust's `HashSet<T>`: a `Set`, written in its own order. */
export function hashSet<T>(item: Codec<T>): Codec<Set<T>> {
  return new SetCodec("std::collections::hash::set::HashSet", item, false);
}
