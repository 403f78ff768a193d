import type { Codec, PartMap } from "../codec.js";
import { CompositeCodec } from "../compile/composite.js";
import type { Emitter } from "../compile/emitting.js";
import { locate, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { genericName } from "../names.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";
import { requireOrder, sortDecoded, sortToWrite } from "./ordering.js";
import { compareItems, hashItems } from "./sequence.js";

/** A count, then the items without repetition; ascending if the set is a sorted one. */
class SetCodec<T> extends CompositeCodec<Set<T>> {
  readonly shape: Shape;
  protected override readonly isShort = false;
  readonly rustName: string | undefined;
  private itemMinSize: number | undefined;
  private readonly order = (a: T, b: T): number => this.item.compare(a, b);

  constructor(
    private readonly path: string,
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

  override get isHashable(): boolean {
    return this.sorted && this.item.isHashable;
  }

  override hash(stream: HashStream, value: Set<T>): void {
    hashItems(stream, this.item, this.itemsOf(value));
  }

  override emitWrite(code: Emitter, value: string): void {
    const items = code.keep(`${code.constant(this)}.itemsOf(${value})`);
    code.line(`w.varint(${items}.length);`);
    code.loop(`${items}.length`, () => code.write(this.item, `${items}[i]`));
  }

  override emitRead(code: Emitter): string {
    const start = code.keep("r.offset");
    const count = code.keep(`r.count(${this.item.minSize})`);
    const items = code.keep("[]");
    code.loop(count, () => code.line(`${items}.push(${code.read(this.item)});`));
    return `${code.constant(this)}.setOf(${items}, ${start})`;
  }

  /** The items as they are written. */
  itemsOf(value: Set<T>): T[] {
    if (!(value instanceof Set)) throw wrongType("a Set", value);
    return this.sorted ? sortToWrite([...value], this.order) : [...value];
  }

  /** The set of items that were read from `start` on. */
  setOf(items: T[], start: number): Set<T> {
    // A JavaScript Set tells primitives apart, objects only by identity.
    const needsOrder = this.sorted || items.some((item) => typeof item === "object");
    return new Set(needsOrder ? sortDecoded(items, this.order, start) : items);
  }

  protected override withParts(map: PartMap): Codec<Set<T>> {
    return new SetCodec(this.path, map(this.item), this.sorted);
  }

  protected override interpretWrite(writer: Writer, value: Set<T>): void {
    const items = this.itemsOf(value);
    writer.varint(items.length);
    let at = 0;
    try {
      for (; at < items.length; at++) this.item.write(writer, items[at]!);
    } catch (error) {
      locate(error, at);
      throw error;
    }
  }

  protected override interpretRead(reader: Reader): Set<T> {
    const start = reader.offset;
    const count = reader.count((this.itemMinSize ??= this.item.minSize));
    const items: T[] = [];
    try {
      while (items.length < count) items.push(this.item.read(reader));
    } catch (error) {
      locate(error, items.length);
      throw error;
    }
    return this.setOf(items, start);
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
