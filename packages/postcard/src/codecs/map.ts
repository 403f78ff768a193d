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

/** A count, then key, value, key, value …; ascending by key if the map is a sorted one. */
class MapCodec<K, V> extends CompositeCodec<Map<K, V>> {
  readonly shape: Shape;
  protected override readonly isShort = false;
  readonly rustName: string | undefined;
  private entryMinSize: number | undefined;
  private readonly keyOrder = (a: [K, V], b: [K, V]): number => this.key.compare(a[0], b[0]);

  constructor(
    private readonly path: string,
    private readonly key: Codec<K>,
    private readonly value: Codec<V>,
    private readonly sorted: boolean,
  ) {
    super();
    this.shape = { kind: "map", key, value, sorted };
    this.rustName = genericName(path, { generics: [key, value] });
    if (sorted) requireOrder("BTreeMap", key);
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return this.sorted && this.value.isOrdered;
  }

  override compare(a: Map<K, V>, b: Map<K, V>): number {
    if (!this.sorted) return super.compare(a, b);
    const x = sortToWrite([...a], this.keyOrder);
    const y = sortToWrite([...b], this.keyOrder);
    const count = Math.min(x.length, y.length);
    for (let i = 0; i < count; i++) {
      const order = this.keyOrder(x[i]!, y[i]!) || this.value.compare(x[i]![1], y[i]![1]);
      if (order !== 0) return order;
    }
    return x.length - y.length;
  }

  override get isHashable(): boolean {
    return this.sorted && this.key.isHashable && this.value.isHashable;
  }

  override hash(stream: HashStream, value: Map<K, V>): void {
    const entries = this.entriesOf(value);
    stream.count(entries.length);
    for (const [key, item] of entries) {
      this.key.hash(stream, key);
      this.value.hash(stream, item);
    }
  }

  override emitWrite(code: Emitter, value: string): void {
    const entries = code.keep(`${code.constant(this)}.entriesOf(${value})`);
    code.line(`w.varint(${entries}.length);`);
    code.loop(`${entries}.length`, () => {
      code.within("key", () => code.write(this.key, `${entries}[i][0]`));
      code.within("value", () => code.write(this.value, `${entries}[i][1]`));
    });
  }

  override emitRead(code: Emitter): string {
    const start = code.keep("r.offset");
    const count = code.keep(`r.count(${this.key.minSize + this.value.minSize})`);
    const entries = code.keep("[]");
    code.loop(count, () => {
      const key = code.within("key", () => code.read(this.key));
      const value = code.within("value", () => code.read(this.value));
      code.line(`${entries}.push([${key}, ${value}]);`);
    });
    return `${code.constant(this)}.mapOf(${entries}, ${start})`;
  }

  /** The entries as they are written. */
  entriesOf(value: Map<K, V>): [K, V][] {
    if (!(value instanceof Map)) throw wrongType("a Map", value);
    return this.sorted ? sortToWrite([...value], this.keyOrder) : [...value];
  }

  /** The map of entries that were read from `start` on. */
  mapOf(entries: [K, V][], start: number): Map<K, V> {
    // A JavaScript Map tells primitives apart, objects only by identity.
    const needsOrder = this.sorted || entries.some(([key]) => typeof key === "object");
    return new Map(needsOrder ? sortDecoded(entries, this.keyOrder, start) : entries);
  }

  protected override withParts(map: PartMap): Codec<Map<K, V>> {
    return new MapCodec(this.path, map(this.key), map(this.value), this.sorted);
  }

  protected override interpretWrite(writer: Writer, value: Map<K, V>): void {
    const entries = this.entriesOf(value);
    writer.varint(entries.length);
    let at = 0;
    let part = "key";
    try {
      for (; at < entries.length; at++) {
        part = "key";
        this.key.write(writer, entries[at]![0]);
        part = "value";
        this.value.write(writer, entries[at]![1]);
      }
    } catch (error) {
      locate(error, part);
      locate(error, at);
      throw error;
    }
  }

  protected override interpretRead(reader: Reader): Map<K, V> {
    const start = reader.offset;
    const count = reader.count((this.entryMinSize ??= this.key.minSize + this.value.minSize));
    const entries: [K, V][] = [];
    let part = "key";
    try {
      while (entries.length < count) {
        part = "key";
        const key = this.key.read(reader);
        part = "value";
        entries.push([key, this.value.read(reader)]);
      }
    } catch (error) {
      locate(error, part);
      locate(error, entries.length);
      throw error;
    }
    return this.mapOf(entries, start);
  }
}

/**
 * Rust's `BTreeMap<K, V>`: a `Map`, written in ascending order of `K`'s `Ord`. Any order is accepted, and of equal keys
 * the last counts.
 *
 * A JavaScript `Map` compares objects by identity: of keys that are equal by value the last is written.
 */
export function btreeMap<K, V>(key: Codec<K>, value: Codec<V>): Codec<Map<K, V>> {
  return new MapCodec("alloc::collections::btree::map::BTreeMap", key, value, true);
}

/** Rust's `HashMap<K, V>`: a `Map`, written in its own order. Of equal keys the last counts. */
export function hashMap<K, V>(key: Codec<K>, value: Codec<V>): Codec<Map<K, V>> {
  return new MapCodec("std::collections::hash::map::HashMap", key, value, false);
}
