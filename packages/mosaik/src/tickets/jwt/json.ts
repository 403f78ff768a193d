import { compareText } from "@mosaik/postcard";

/**
 * A JSON value that keeps what Rust's serde_json keeps apart: integers of 64 bits are bigints, every other number is a float. Members
 * of objects are in any order.
 */
export type Json = null | boolean | string | bigint | number | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

/** A number that Rust holds as a float though it is whole: `new JsonFloat(1)` is its `1.0`. */
export class JsonFloat {
  readonly value: number;

  constructor(value: number) {
    if (!Number.isFinite(value)) throw new TypeError(`not a number of JSON: ${value}`);
    this.value = value;
  }
}

/**
 * What a program gives for a claim. Rust tells integers from floats, and what it compares and hashes differs: a bigint and a whole number
 * are an integer, any other number and a `JsonFloat` are a float.
 */
export type JsonInput =
  null | boolean | string | number | bigint | JsonFloat | readonly JsonInput[] | { readonly [name: string]: JsonInput };

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 64n - 1n;

/** Whether serde_json holds it as an integer: i64 or u64. */
export function isJsonInteger(value: bigint): boolean {
  return value >= INTEGER_MIN && value <= INTEGER_MAX;
}

/**
 * The value that a program means.
 *
 * @throws TypeError for what is not JSON, and for a number whose kind is in doubt: a whole one beyond 2^53, an integer beyond 64 bits
 */
export function jsonOf(input: JsonInput): Json {
  if (input === null || typeof input === "boolean" || typeof input === "string") return input;
  if (typeof input === "number") return numberOf(input);
  if (typeof input === "bigint") {
    if (!isJsonInteger(input)) throw new TypeError(`${input} is beyond 64 bits`);
    return input;
  }
  if (input instanceof JsonFloat) return input.value;
  if (isArray(input)) return input.map(jsonOf);
  if (typeof input !== "object" || ![Object.prototype, null].includes(Object.getPrototypeOf(input) as null)) {
    throw new TypeError(`not a value of JSON: ${typeof input}`);
  }
  return new Map(Object.entries(input).map(([name, value]) => [name, jsonOf(value)]));
}

function numberOf(input: number): Json {
  if (!Number.isInteger(input) || Object.is(input, -0)) return new JsonFloat(input).value;
  if (!Number.isSafeInteger(input)) throw new TypeError(`${input}: say a bigint or a JsonFloat`);
  return BigInt(input);
}

/** Equality by serde_json: 1 and 1.0 differ, the order of members does not matter. */
export function equalJson(a: Json, b: Json): boolean {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (isArray(a) || isArray(b)) {
    return isArray(a) && isArray(b) && a.length === b.length && a.every((item, i) => equalJson(item, b[i]!));
  }
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !equalJson(value, other)) return false;
  }
  return true;
}

/** The text that serde_json writes: compact, members in the order of their bytes, floats with a fraction or an exponent (spec 07 §5.3). */
export function jsonText(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return floatText(value);
  if (typeof value !== "object") return value.toString();
  return isArray(value) ? `[${value.map(jsonText).join(",")}]` : objectText(sortedMembers(value));
}

/** An object with its members in the order given. */
export function objectText(members: Iterable<readonly [string, Json]>): string {
  return `{${Array.from(members, ([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(",")}}`;
}

/** The members by their names, in the order of the bytes. */
export function sortedMembers(object: JsonObject): [string, Json][] {
  return [...object].sort(([a], [b]) => compareText(a, b));
}

function floatText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-5 || magnitude >= 1e16)) return value.toExponential();
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** As `Array.isArray`, which does not tell readonly arrays from objects. */
function isArray<T>(value: T): value is Extract<T, readonly unknown[]> {
  return Array.isArray(value);
}
