import { JsonObject, type Json } from "./json-text.js";

const SOME = "Some";

/**
 * serde writes `None` as null and `Some(x)` as x, so that `Some(None)` is lost. Here it is `{"Some":null}`, and what looks like that is wrapped
 * once more: whatever is not null stays as serde has it, and nothing is lost.
 */
export function needsWrap(json: unknown): boolean {
  if (json === null || json === undefined) return true;
  if (typeof json !== "object") return false;
  const members = json instanceof JsonObject ? json.members : json instanceof Map ? [...json] : Object.entries(json);
  const [only, another] = members as readonly (readonly [unknown, unknown])[];
  return only !== undefined && another === undefined && only[0] === SOME && needsWrap(only[1]);
}

/** The inside of a `{"Some":…}` that was wrapped; nothing for any other value. */
export function unwrapped(json: Json): { readonly inner: Json } | undefined {
  return json instanceof JsonObject && needsWrap(json) ? { inner: json.members[0]![1] } : undefined;
}

/** The JSON of a value that is there. */
export function wrapSome<T>(json: T): T | { readonly [SOME]: T } {
  return needsWrap(json) ? { [SOME]: json } : json;
}
