import { DecodeError, EncodeError, type Codec } from "mosaik";
import { nearest } from "../nearest.js";
import { isJson } from "../schema/index.js";
import { parseBytesText } from "./bytes-text.js";
import { ValueError } from "./errors.js";
import { parseSpecialFloat } from "./floats.js";
import { formOf } from "./forms.js";
import { JsonNumber, JsonObject, type Json } from "./json-text.js";
import { isKey, keyJson } from "./keys.js";
import { unwrapped } from "./option.js";
import { Path } from "./path.js";

/**
 * The value that JSON means for a codec; `jsonOf` backwards, and some forms for people: integers and bytes as text, fields of options left out.
 *
 * @throws ValueError which names the place inside the value
 */
export function valueOf(codec: Codec<unknown>, json: Json): unknown {
  const value = read(codec, json, Path.root);
  // Ranges, lengths and refinements: nobody knows them better than the codec.
  try {
    codec.encode(value);
  } catch (error) {
    if (error instanceof EncodeError) throw new ValueError(error.path, withoutPath(error), { cause: error });
    throw error;
  }
  return value;
}

type Of<K> = Extract<Codec<unknown>["shape"], { readonly kind: K }>;

function read(codec: Codec<unknown>, json: Json, path: Path): unknown {
  const { shape } = codec;
  switch (shape.kind) {
    case "unit":
      return json === null ? undefined : refuse(path, "null", json);
    case "bool":
      return typeof json === "boolean" ? json : refuse(path, "true or false", json);
    case "char":
      return typeof json === "string" ? json : refuse(path, "a string of one character", json);
    case "string":
      return typeof json === "string" ? json : refuse(path, "a string", json);
    case "integer":
      return integer(shape, json, path);
    case "float":
      return shape.bits === 32 ? Math.fround(float(json, path)) : float(json, path);
    case "bytes":
    case "fixedBytes":
      return bytes(json, path);
    case "option":
      return option(shape, json, path);
    case "sequence":
    case "array":
      return items(json, path).map((item, i) => read(shape.item, item, path.at(i)));
    case "set":
      return new Set(items(json, path).map((item, i) => read(shape.item, item, path.at(i))));
    case "map":
      return map(shape, json, path);
    case "tuple":
      return tuple(shape, json, path);
    case "struct":
      return struct(shape, json, path);
    case "enum":
      return variant(shape, json, path);
    case "lazy":
      return read(shape.inner(), json, path);
    case "transparent":
    case "refined":
    case "encoded":
      return read(shape.inner, json, path);
    case "transform":
      if (isJson(codec)) return plain(json);
      return checked(path, () => shape.to(read(shape.inner, json, path)));
    case "opaque":
      return checked(path, () => formOf(codec).fromJson(json));
  }
}

function integer({ type, as }: Of<"integer">, json: Json, path: Path): number | bigint {
  const text = json instanceof JsonNumber ? json.text : json;
  if (typeof text !== "string" || !/^-?\d+$/.test(text)) return refuse(path, `an integer (${type})`, json);
  if (text.length > 40) throw new ValueError(path.toString(), `a number of ${text.length} digits is none of ${type}`);
  if (as === "bigint") return BigInt(text);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new ValueError(path.toString(), `${text} is beyond 2^53-1`);
  return value;
}

function float(json: Json, path: Path): number {
  const special = typeof json === "string" ? parseSpecialFloat(json) : undefined;
  if (special !== undefined) return special;
  if (!(json instanceof JsonNumber)) return refuse(path, "a number", json);
  const value = Number(json.text);
  if (!Number.isFinite(value)) throw new ValueError(path.toString(), `${json.text} is too large for a number`);
  return value;
}

function bytes(json: Json, path: Path): Uint8Array {
  if (typeof json === "string") return checked(path, () => parseBytesText(json));
  if (!isList(json)) return refuse(path, "bytes: 0x0102, base64:AQI=, utf8:text or [1,2]", json);
  return Uint8Array.from(json, (item, i) => {
    const value = item instanceof JsonNumber && item.isInteger ? Number(item.text) : -1;
    return value >= 0 && value <= 0xff ? value : refuse(path.at(i), "a byte (0 to 255)", item);
  });
}

function option({ inner, wrapped }: Of<"option">, json: Json, path: Path): unknown {
  if (json === null) return undefined;
  const value = read(inner, (unwrapped(json) ?? { inner: json }).inner, path);
  return wrapped ? { some: value } : value;
}

function map({ key, value }: Of<"map">, json: Json, path: Path): Map<unknown, unknown> {
  if (json instanceof JsonObject && isKey(key)) {
    return new Map(
      json.members.map(([name, item]) => [
        read(key, keyJson(key, name), path.at(`key ${JSON.stringify(name)}`)),
        read(value, item, path.at(name)),
      ]),
    );
  }
  if (!isList(json))
    return refuse(path, isKey(key) ? "an object, or a list of [key, value]" : "a list of [key, value]", json);
  return new Map(
    json.map((pair, i) => {
      const at = path.at(i);
      const [first, second] =
        isList(pair) && pair.length === 2 ? (pair as [Json, Json]) : refuse(at, "[key, value]", pair);
      return [read(key, first, at.at(0)), read(value, second, at.at(1))];
    }),
  );
}

function tuple({ items: codecs }: Of<"tuple">, json: Json, path: Path): unknown[] {
  const list = items(json, path);
  if (list.length !== codecs.length) {
    throw new ValueError(path.toString(), `expected ${codecs.length} items, got ${list.length}`);
  }
  return codecs.map((codec, i) => read(codec, list[i]!, path.at(i)));
}

function struct({ fields }: Of<"struct">, json: Json, path: Path): Record<string, unknown> {
  if (!(json instanceof JsonObject)) return refuse(path, `an object with ${listed(fields)}`, json);
  const members = new Map(json.members);
  if (members.size < json.members.length) throw new ValueError(path.toString(), "a field is given twice");
  for (const name of members.keys()) {
    if (!fields.some((field) => field.name === name)) throw unknownName("field", name, fields, path);
  }
  return Object.fromEntries(
    fields.map(({ name, codec }) => {
      const member = members.get(name);
      if (member !== undefined) return [name, read(codec, member, path.at(name))];
      if (isOption(codec)) return [name, undefined];
      throw new ValueError(path.toString(), `the field ${name} is missing`);
    }),
  );
}

function variant({ variants }: Of<"enum">, json: Json, path: Path): { kind: string; value?: unknown } {
  const [kind, inner] =
    typeof json === "string"
      ? ([json, null] as const)
      : json instanceof JsonObject && json.members.length === 1
        ? json.members[0]!
        : refuse(path, 'the name of a variant, or {"variant": value}', json);
  const found = variants.find(({ name }) => name === kind);
  if (found === undefined) throw unknownName("variant", kind, variants, path);
  if (found.codec.shape.kind === "unit") return inner === null ? { kind } : refuse(path.at(kind), "null", inner);
  if (typeof json === "string")
    throw new ValueError(path.toString(), `the variant ${kind} has a value: {"${kind}": …}`);
  return { kind, value: read(found.codec, inner, path.at(kind)) };
}

function isOption({ shape }: Codec<unknown>): boolean {
  if (shape.kind === "transparent" || shape.kind === "refined") return isOption(shape.inner);
  return shape.kind === "option";
}

/** What `JSON.parse` would give. */
function plain(json: Json): unknown {
  if (json instanceof JsonNumber) return Number(json.text);
  if (isList(json)) return json.map(plain);
  if (json instanceof JsonObject) return Object.fromEntries(json.members.map(([name, value]) => [name, plain(value)]));
  return json;
}

function items(json: Json, path: Path): readonly Json[] {
  return isList(json) ? json : refuse(path, "a list", json);
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** What a conversion throws, as an error that names the place. */
function checked<T>(path: Path, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof ValueError) throw error;
    if (error instanceof EncodeError || error instanceof DecodeError) {
      throw new ValueError(path.toString(), withoutPath(error), { cause: error });
    }
    throw new ValueError(path.toString(), error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function refuse(path: Path, expected: string, json: Json): never {
  throw new ValueError(path.toString(), `expected ${expected}, got ${shown(json)}`);
}

function unknownName(what: string, name: string, known: readonly { name: string }[], path: Path): ValueError {
  const likely = nearest(
    name,
    known.map(({ name }) => name),
  );
  const advice =
    likely === undefined ? `There ${known.length === 1 ? "is" : "are"} ${listed(known)}.` : `Did you mean ${likely}?`;
  return new ValueError(path.toString(), `there is no ${what} ${name}`, { advice });
}

function listed(known: readonly { name: string }[]): string {
  const names = known.slice(0, 12).map(({ name }) => name);
  return names.length === 0 ? "no fields" : names.join(", ") + (known.length > names.length ? ", …" : "");
}

function shown(json: Json): string {
  if (json instanceof JsonNumber) return json.text;
  if (json instanceof JsonObject) return "an object";
  if (isList(json)) return "a list";
  return typeof json === "string" && json.length > 40 ? `a string of ${json.length} characters` : JSON.stringify(json);
}

function withoutPath(error: EncodeError | DecodeError): string {
  const tail = ` (in ${error.path})`;
  return error.message.endsWith(tail) ? error.message.slice(0, -tail.length) : error.message;
}
