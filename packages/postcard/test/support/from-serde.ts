import { Duration, type Codec } from "../../src/index.js";
import { fromHex } from "./hex.js";

/** The value of a codec that serde's human-readable form means. */
export function fromSerde(codec: Codec<unknown>, json: unknown): unknown {
  const shape = codec.shape;
  switch (shape.kind) {
    case "unit":
      return undefined;
    case "integer":
      return shape.as === "bigint" ? BigInt(json as string | number) : Number(json);
    case "float":
      return floatOf(json as string, shape.bits);
    case "bytes":
    case "fixedBytes":
      return typeof json === "string" ? fromHex(json) : Uint8Array.from(json as number[]);
    case "option":
      if (json === null) return undefined;
      return shape.wrapped ? { some: fromSerde(shape.inner, json) } : fromSerde(shape.inner, json);
    case "sequence":
    case "array":
      return (json as unknown[]).map((item) => fromSerde(shape.item, item));
    case "set":
      return new Set((json as unknown[]).map((item) => fromSerde(shape.item, item)));
    case "map":
      return new Map(
        Object.entries(json as Record<string, unknown>).map(([key, value]) => [
          fromSerde(shape.key, key),
          fromSerde(shape.value, value),
        ]),
      );
    case "tuple":
      return shape.items.map((item, i) => fromSerde(item, (json as unknown[])[i]));
    case "struct":
      return Object.fromEntries(
        shape.fields.map(({ name, codec: field }) => [name, fromSerde(field, (json as Record<string, unknown>)[name])]),
      );
    case "enum": {
      const [kind, value] =
        typeof json === "string" ? [json, undefined] : Object.entries(json as Record<string, unknown>)[0]!;
      const variant = shape.variants.find(({ name }) => name === kind)!.codec;
      return variant.shape.kind === "unit" ? { kind } : { kind, value: fromSerde(variant, value) };
    }
    case "transparent":
    case "refined":
      return fromSerde(shape.inner, json);
    case "transform":
      return shape.to(fromSerde(shape.inner, json));
    case "encoded":
      return shape.inner.decode(Uint8Array.from(json as number[]));
    case "opaque":
      return codec.rustName === "core::time::Duration" || codec.rustName === "std::time::SystemTime"
        ? durationOf(json as Record<string, number | string>)
        : json;
    default:
      return json;
  }
}

function durationOf(json: Record<string, number | string>): Duration {
  return new Duration(BigInt(json.secs ?? json.secs_since_epoch!), Number(json.nanos ?? json.nanos_since_epoch));
}

function floatOf(text: string, bits: 32 | 64): number {
  const value = Number(text.replace("inf", "Infinity"));
  return bits === 32 ? Math.fround(value) : value;
}
