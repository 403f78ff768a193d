/** What can be printed as JSON: integers beyond 2^53 too, in all their digits. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | undefined
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }
  /** An object whose members stay as they follow each other, whatever their names. */
  | ReadonlyMap<string, JsonValue>;

/** One line of JSON. Members that are `undefined` are left out; numbers that JSON does not know become `null`. */
export function printJson(value: JsonValue): string {
  if (typeof value === "bigint") return value.toString();
  if (value === undefined) return "null";
  if (Object.is(value, -0)) return "-0.0";
  if (isList(value)) return `[${value.map(printJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = isMap(value) ? [...value] : Object.entries(value);
  const members = entries.filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${printJson(member)}`).join(",")}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isMap(value: JsonValue): value is ReadonlyMap<string, JsonValue> {
  return value instanceof Map;
}
