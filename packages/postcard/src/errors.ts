/** Why bytes were refused. */
export type DecodeErrorCode =
  /** The input ends inside the value, or a count promises more than is left. */
  | "unexpectedEnd"
  /** A varint is longer than its type allows. */
  | "varintTooLong"
  /** A number is outside its type: a varint of too many bits, a zero `NonZero`, a `u64` beyond 2^53-1 read as number. */
  | "outOfRange"
  /** A bool that is neither 0 nor 1. */
  | "invalidBool"
  /** An option tag that is neither 0 nor 1. */
  | "invalidOption"
  /** An enum index without a variant. */
  | "invalidVariant"
  /** Text that is not UTF-8. */
  | "invalidUtf8"
  /** A char of zero or more than four bytes. */
  | "invalidChar"
  /** More items of no size than `ZERO_SIZE_ITEMS_MAX`. */
  | "tooManyItems"
  /** Deeper than `DEPTH_MAX`. */
  | "tooDeep"
  /** Well-formed bytes that do not mean a value: a bad date, JSON that does not parse, a refinement that says no. */
  | "invalidValue";

/** Why a value was refused. */
export type EncodeErrorCode =
  /** Of another JavaScript type than the codec takes. */
  | "wrongType"
  /** A number outside its type, or not an integer. */
  | "outOfRange"
  /** Of another length than the codec takes. */
  | "wrongLength"
  /** A `kind` that the enum does not have. */
  | "invalidVariant"
  /** Deeper than `DEPTH_MAX`, or cyclic. */
  | "tooDeep"
  /** Of the right type but not a value: a bad date, a lone surrogate, a refinement that says no. */
  | "invalidValue";

/** An error that knows where inside a value it happened; containers add their segment while it passes through them. */
abstract class LocatedError extends Error {
  /** Where inside the value, such as `items[3].name`; empty for the value itself. */
  path = "";
  /** The field names and indices that `path` is made of. */
  readonly segments: (string | number)[] = [];
  readonly #detail: string;

  protected constructor(detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.#detail = detail;
  }

  /** Puts a field name or an index in front of `path`. */
  addSegment(segment: string | number): void {
    this.segments.unshift(segment);
    const head = typeof segment === "number" ? `[${segment}]` : segment;
    this.path = this.path === "" || this.path.startsWith("[") ? head + this.path : `${head}.${this.path}`;
    this.message = `${this.#detail} (in ${this.path})`;
  }
}

/**
 * Bytes that are not a value of the codec's type. The only error that decoding throws.
 *
 * Its stack begins with `Codec.decode`. Thrown by `read` it has none: that would cost more than all the rest of
 * refusing, for each input that somebody sends.
 */
export class DecodeError extends LocatedError {
  override readonly name = "DecodeError";

  constructor(
    readonly code: DecodeErrorCode,
    detail: string,
    /** Position in the bytes given, near which decoding stopped. */
    readonly offset: number,
    options?: ErrorOptions,
  ) {
    const framesMax = Error.stackTraceLimit;
    limitStack(0);
    super(`${detail} at byte ${offset}`, options);
    limitStack(framesMax);
  }
}

/** How many frames new errors take down. Does nothing where errors are frozen. */
function limitStack(framesMax: number): void {
  Reflect.set(Error, "stackTraceLimit", framesMax);
}

/** A value that the codec cannot encode. */
export class EncodeError extends LocatedError {
  override readonly name = "EncodeError";

  constructor(
    readonly code: EncodeErrorCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

/** Adds a path segment to an error of this package that passes through a container; leaves every other error alone. */
export function locate(error: unknown, segment: string | number): void {
  if (error instanceof LocatedError) error.addSegment(segment);
}

/** The error for a value of another JavaScript type. */
export function wrongType(expected: string, value: unknown): EncodeError {
  return new EncodeError("wrongType", `expected ${expected}, got ${describe(value)}`);
}

/** What a value is, short enough for a message. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "bigint":
      return `${value}n`;
    case "string":
      return value.length <= 40 ? JSON.stringify(value) : `a string of ${value.length} characters`;
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "an array" : "an object";
    default:
      return `a ${typeof value}`;
  }
}
