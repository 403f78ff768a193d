import type { Codec, PartMap } from "../codec.js";
import { CompositeCodec } from "../compile/composite.js";
import type { Emitter } from "../compile/emitting.js";
import { locate, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { genericName } from "../names.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";
import { BytesCodec } from "./bytes.js";
import { U8Codec } from "./integers.js";

/** A count, then the items: an array. */
class SequenceCodec<T> extends CompositeCodec<T[]> {
  readonly shape: Shape;
  protected override readonly isShort = false;
  private itemMinSize: number | undefined;

  constructor(
    private readonly item: Codec<T>,
    readonly rustName: string | undefined,
    private readonly hasOrd: boolean,
  ) {
    super();
    this.shape = { kind: "sequence", item, sorted: false };
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return this.hasOrd && this.item.isOrdered;
  }

  override compare(a: T[], b: T[]): number {
    return compareItems(this.item, a, b);
  }

  override get isHashable(): boolean {
    return this.hasOrd && this.item.isHashable;
  }

  override hash(stream: HashStream, value: T[]): void {
    hashItems(stream, this.item, value);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`${code.constant(checkArray)}(${value});`);
    const count = code.keep(`${value}.length`);
    code.line(`w.varint(${count});`);
    code.loop(count, () => code.write(this.item, `${value}[i]`));
  }

  override emitRead(code: Emitter): string {
    const count = code.keep(`r.count(${this.item.minSize})`);
    const items = code.keep("[]");
    code.loop(count, () => code.line(`${items}.push(${code.read(this.item)});`));
    return items;
  }

  protected override withParts(map: PartMap): Codec<T[]> {
    return new SequenceCodec(map(this.item), this.rustName, this.hasOrd);
  }

  protected override interpretWrite(writer: Writer, value: T[]): void {
    checkArray(value);
    const item = this.item;
    const count = value.length;
    writer.varint(count);
    let at = 0;
    try {
      for (; at < count; at++) item.write(writer, value[at]!);
    } catch (error) {
      locate(error, at);
      throw error;
    }
  }

  protected override interpretRead(reader: Reader): T[] {
    const item = this.item;
    const count = reader.count((this.itemMinSize ??= item.minSize));
    const items: T[] = [];
    try {
      while (items.length < count) items.push(item.read(reader));
    } catch (error) {
      locate(error, items.length);
      throw error;
    }
    return items;
  }
}

/** Rust's order of sequences: item by item, a prefix before what it begins. */
export function compareItems<T>(item: Codec<T>, a: readonly T[], b: readonly T[]): number {
  const count = Math.min(a.length, b.length);
  for (let i = 0; i < count; i++) {
    const order = item.compare(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Rust's hash of sequences: their count, then item by item. */
export function hashItems<T>(stream: HashStream, item: Codec<T>, items: readonly T[]): void {
  stream.count(items.length);
  for (const value of items) item.hash(stream, value);
}

/** Rust's `Vec<T>`: an array; of `t.u8`, a `Uint8Array`. */
export function vec(item: U8Codec): Codec<Uint8Array>;
export function vec<T>(item: Codec<T>): Codec<T[]>;
export function vec(item: Codec<unknown>): Codec<Uint8Array> | Codec<unknown[]> {
  const rustName = genericName("alloc::vec::Vec", { generics: [item] });
  return item instanceof U8Codec ? new BytesCodec(rustName) : new SequenceCodec(item, rustName, true);
}

/** Rust's `[T]`, which has values only behind a pointer: `t.ref(t.slice(t.u8))`. Values as those of `vec`. */
export function slice(item: U8Codec): Codec<Uint8Array>;
export function slice<T>(item: Codec<T>): Codec<T[]>;
export function slice(item: Codec<unknown>): Codec<Uint8Array> | Codec<unknown[]> {
  const rustName = item.rustName === undefined ? undefined : `[${item.rustName}]`;
  return item instanceof U8Codec ? new BytesCodec(rustName) : new SequenceCodec(item, rustName, true);
}

/** Rust's `VecDeque<T>`: an array. */
export function vecDeque<T>(item: Codec<T>): Codec<T[]> {
  return new SequenceCodec(item, genericName("alloc::collections::vec_deque::VecDeque", { generics: [item] }), true);
}

/** Rust's `LinkedList<T>`: an array. */
export function linkedList<T>(item: Codec<T>): Codec<T[]> {
  return new SequenceCodec(
    item,
    genericName("alloc::collections::linked_list::LinkedList", { generics: [item] }),
    true,
  );
}

/** Rust's `BinaryHeap<T>`: an array in the heap's internal order, which is as good as none. */
export function binaryHeap<T>(item: Codec<T>): Codec<T[]> {
  const rustName = genericName("alloc::collections::binary_heap::BinaryHeap", { generics: [item] });
  return new SequenceCodec(item, rustName, false);
}

function checkArray(value: unknown): void {
  if (!Array.isArray(value)) throw wrongType("an array", value);
}
