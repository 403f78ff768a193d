import { Codec, type PartMap } from "../codec.js";
import { EncodeError } from "../errors.js";
import { heightOf } from "../height.js";
import type { HashStream } from "../hash-stream.js";
import { DEPTH_MAX, LEVEL_HEIGHT } from "../limits.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** A codec that is built on first use. Every level of nesting passes through one, so the depth is bounded here. */
class LazyCodec<T> extends Codec<T> {
  readonly shape: Shape;
  private built: Codec<T> | undefined;
  private knownCost: number | undefined;
  private isAsking = false;
  private compareDepth = 0;

  constructor(
    private readonly build: () => Codec<T>,
    readonly rustName: string | undefined,
  ) {
    super();
    this.shape = { kind: "lazy", inner: () => this.inner };
  }

  override get minSize(): number {
    return this.ask((inner) => inner.minSize, 0);
  }

  override get isOrdered(): boolean {
    // Sets ask while the type is still being declared, so the answer is given in good faith.
    return this.built === undefined || this.ask((inner) => inner.isOrdered, true);
  }

  override compare(a: T, b: T): number {
    const { cost } = this;
    if (this.compareDepth + cost > DEPTH_MAX) throw tooDeep(cost);
    this.compareDepth += cost;
    try {
      return this.inner.compare(a, b);
    } finally {
      this.compareDepth -= cost;
    }
  }

  override get isHashable(): boolean {
    return this.built === undefined || this.ask((inner) => inner.isHashable, true);
  }

  override hash(stream: HashStream, value: T): void {
    this.inner.hash(stream, value);
  }

  override write(writer: Writer, value: T): void {
    const { cost } = this;
    if (writer.depth + cost > DEPTH_MAX) throw tooDeep(cost);
    writer.depth += cost;
    try {
      this.inner.write(writer, value);
    } finally {
      writer.depth -= cost;
    }
  }

  override read(reader: Reader): T {
    const { cost } = this;
    if (reader.depth + cost > DEPTH_MAX) throw reader.error("tooDeep", `a value deeper than ${depthMax(cost)} levels`);
    reader.depth += cost;
    try {
      return this.inner.read(reader);
    } finally {
      reader.depth -= cost;
    }
  }

  protected override withParts(map: PartMap): Codec<T> {
    return new LazyCodec(() => map(this.inner), this.rustName);
  }

  private get inner(): Codec<T> {
    return (this.built ??= this.build());
  }

  /** What one level adds to a depth. A multiple of an eighth, so that sums are exact and depths come back to zero. */
  private get cost(): number {
    return (this.knownCost ??= Math.max(1, heightOf(this.inner) / LEVEL_HEIGHT));
  }

  /** A property of the inner codec, which may depend on this one's: then `meanwhile`. */
  private ask<A>(question: (inner: Codec<T>) => A, meanwhile: A): A {
    if (this.isAsking) return meanwhile;
    this.isAsking = true;
    try {
      return question(this.inner);
    } finally {
      this.isAsking = false;
    }
  }
}

/**
 * A codec that refers to one declared later, as recursive types do. Values nest at most `DEPTH_MAX` levels; fewer where
 * the type that recurs is more than `LEVEL_HEIGHT` codecs tall.
 *
 * ```ts
 * interface Tree { value: number; children: Tree[] }
 * const Tree: Codec<Tree> = t.struct("demo::Tree", { value: t.u32, children: t.vec(t.lazy(() => Tree, "demo::Tree")) });
 * ```
 *
 * @param rustName the name, which cannot be asked of a codec that is not declared yet; only names composed of this one
 * need it
 */
export function lazy<T>(build: () => Codec<T>, rustName?: string): Codec<T> {
  return new LazyCodec(build, rustName);
}

function tooDeep(cost: number): EncodeError {
  return new EncodeError("tooDeep", `a value deeper than ${depthMax(cost)} levels, or cyclic`);
}

/** How many levels of one cost a value may have. */
function depthMax(cost: number): number {
  return Math.floor(DEPTH_MAX / cost);
}
