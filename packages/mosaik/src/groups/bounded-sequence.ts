import { Codec, type Reader, type Shape, type Writer } from "@mosaik/postcard";

/**
 * Rust's `Vec<T>` of items that are small on the wire and large in memory: beyond `countMax` a message is refused, or one frame of two-byte
 * items would fill the heap.
 */
class BoundedSequenceCodec<T> extends Codec<readonly T[]> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;

  constructor(
    private readonly item: Codec<T>,
    private readonly countMax: number,
  ) {
    super();
  }

  override get minSize(): number {
    return 1;
  }

  override write(writer: Writer, items: readonly T[]): void {
    writer.varint(items.length);
    for (let i = 0; i < items.length; i++) this.item.write(writer, items[i]!);
  }

  override read(reader: Reader): readonly T[] {
    const start = reader.offset;
    const count = reader.count(this.item.minSize);
    if (count > this.countMax) throw reader.error("tooManyItems", `more than ${this.countMax} items`, start);
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(this.item.read(reader));
    return items;
  }
}

/** @param countMax the most items that are accepted */
export function boundedSequence<T>(item: Codec<T>, countMax: number): Codec<readonly T[]> {
  return new BoundedSequenceCodec(item, countMax);
}
