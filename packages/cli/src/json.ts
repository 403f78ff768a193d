/** What can be printed as JSON: integers beyond 2^53 too, in all their digits. */
export type JsonValue =
  null | boolean | number | bigint | string | undefined | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** One line of JSON. Members that are `undefined` are left out; numbers that JSON does not know become `null`. */
export function printJson(value: JsonValue): string {
  if (typeof value === "bigint") return value.toString();
  if (value === undefined) return "null";
  if (isList(value)) return `[${value.map(printJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${printJson(member)}`).join(",")}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
