import { Codec, type PartMap } from "../codec.js";
import { genericName } from "../names.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** A value's bytes with their length in front. */
class EncodedCodec<T> extends Codec<T> {
  readonly shape: Shape;
  readonly rustName: string | undefined;

  constructor(private readonly inner: Codec<T>) {
    super();
    this.shape = { kind: "encoded", inner };
    this.rustName = genericName("mosaik::primitives::datum::Encoded", { generics: [inner] });
  }

  override get minSize(): number {
    return 1;
  }

  override get hasUndefined(): boolean {
    return this.inner.hasUndefined;
  }

  override get isOrdered(): boolean {
    return this.inner.isOrdered;
  }

  override compare(a: T, b: T): number {
    return this.inner.compare(a, b);
  }

  override write(writer: Writer, value: T): void {
    const start = writer.length;
    this.inner.write(writer, value);
    writer.prefixLength(start);
  }

  override read(reader: Reader): T {
    const size = reader.byteLength();
    const end = reader.end;
    const innerEnd = reader.offset + size;
    reader.end = innerEnd;
    try {
      const value = this.inner.read(reader);
      reader.offset = innerEnd;
      return value;
    } finally {
      reader.end = end;
    }
  }

  protected override withParts(map: PartMap): Codec<T> {
    return new EncodedCodec(map(this.inner));
  }
}

/**
 * Mosaik's `Encoded<T>`: the value's bytes with their length in front, so that others can carry them without knowing
 * the type. Bytes behind the inner value are ignored.
 */
export function encoded<T>(inner: Codec<T>): Codec<T> {
  return new EncodedCodec(inner);
}
