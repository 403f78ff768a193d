import type { Codec } from "mosaik";
import type { JsonValue } from "../json.js";
import { isJson } from "../schema/index.js";
import { bytesText, type BytesForm } from "./bytes-text.js";
import { shortestF32, specialFloat } from "./floats.js";
import { formOf } from "./forms.js";
import { isKey, isPlainUnit } from "./keys.js";
import { wrapSome } from "./option.js";

export interface JsonOptions {
  /** How bytes are written; "list" as serde has them. */
  readonly bytes?: BytesForm;
}

/**
 * The JSON of a codec's value: what serde_json makes of the same value in Rust, as far as that loses nothing (docs/reference/notation.md). It
 * is read back by `valueOf` to the same value.
 */
export function jsonOf(codec: Codec<unknown>, value: unknown, options: JsonOptions = {}): JsonValue {
  const { shape } = codec;
  switch (shape.kind) {
    case "unit":
      return null;
    case "bool":
    case "char":
    case "string":
    case "integer":
      return value as JsonValue;
    case "float":
      return specialFloat(value as number) ?? (shape.bits === 32 ? shortestF32(value as number) : (value as number));
    case "bytes":
    case "fixedBytes":
      return bytesJson(value as Uint8Array, options);
    case "option":
      return optionJson(shape, value, options);
    case "set":
      return ordered(shape, shape.item, [...(value as Set<unknown>)], (item) => item).map((item) =>
        jsonOf(shape.item, item, options),
      );
    case "sequence":
    case "array":
      return Array.from(value as Iterable<unknown>, (item) => jsonOf(shape.item, item, options));
    case "map":
      return mapJson(shape, value as Map<unknown, unknown>, options);
    case "tuple":
      return shape.items.map((item, i) => jsonOf(item, (value as unknown[])[i], options));
    case "struct":
      return Object.fromEntries(
        shape.fields.map(({ name, codec }) => [name, jsonOf(codec, (value as Fields)[name], options)]),
      );
    case "enum":
      return enumJson(shape, value as AnyVariant, options);
    case "lazy":
      return jsonOf(shape.inner(), value, options);
    case "transparent":
    case "refined":
    case "encoded":
      return jsonOf(shape.inner, value, options);
    case "transform":
      return isJson(codec) ? (value as JsonValue) : jsonOf(shape.inner, shape.from(value), options);
    case "opaque":
      return formOf(codec).toJson(value as never);
  }
}

type Fields = Readonly<Record<string, unknown>>;
type Of<K> = Extract<Codec<unknown>["shape"], { readonly kind: K }>;

/** What keys of objects are made of. */
type KeyJson = string | number | bigint | boolean;

interface AnyVariant {
  readonly kind: string;
  readonly value?: unknown;
}

function bytesJson(bytes: Uint8Array, { bytes: form = "list" }: JsonOptions): JsonValue {
  return form === "list" ? [...bytes] : bytesText(bytes, form);
}

function optionJson({ inner, wrapped }: Of<"option">, value: unknown, options: JsonOptions): JsonValue {
  if (value === undefined) return null;
  return wrapSome(jsonOf(inner, wrapped ? (value as { some: unknown }).some : value, options));
}

function mapJson(shape: Of<"map">, map: Map<unknown, unknown>, options: JsonOptions): JsonValue {
  const { key, value: item } = shape;
  const entries = ordered(shape, key, [...map], ([k]) => k).map(
    ([k, v]) => [jsonOf(key, k, options), jsonOf(item, v, options)] as const,
  );
  return isKey(key) ? new Map(entries.map(([name, value]) => [String(name as KeyJson), value])) : entries;
}

/** The items as they are written: those of sorted sets and maps in Rust's order. */
function ordered<T>(
  { sorted }: { readonly sorted: boolean },
  codec: Codec<unknown>,
  items: T[],
  keyOf: (item: T) => unknown,
): T[] {
  return sorted ? items.sort((a, b) => codec.compare(keyOf(a), keyOf(b))) : items;
}

function enumJson({ variants }: Of<"enum">, { kind, value }: AnyVariant, options: JsonOptions): JsonValue {
  const { codec } = variants.find(({ name }) => name === kind)!;
  if (codec.shape.kind === "unit" && isPlainUnit(codec.rustName)) return kind;
  return { [kind]: jsonOf(codec, value, options) };
}
