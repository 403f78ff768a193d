import type { Codec } from "mosaik";
import { isJson } from "../schema/index.js";
import { valueOf } from "./from-json.js";
import { JsonSyntaxError, parseJson } from "./json-text.js";

/**
 * The value that a person or a script has written for a codec: JSON; what is text anyway, such as strings, ids, times and addresses, also
 * without quotes; the name of a variant, and bytes as `0x…`, too.
 *
 * ```ts
 * parseValue(parseNotation("enum demo::Cmd{add(u32),reset}"), '{"add":5}'); // { kind: "add", value: 5 }
 * parseValue(t.string, "bob"); // "bob"
 * ```
 *
 * @throws JsonSyntaxError for a text that is not JSON, ValueError for JSON that is no value of the type
 */
export function parseValue(codec: Codec<unknown>, text: string): unknown {
  const isText = isTextual(codec);
  if (isText === "always" && !text.trimStart().startsWith('"')) return valueOf(codec, text);
  let json;
  try {
    json = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError) || isText === "never") throw error;
    return valueOf(codec, text);
  }
  return valueOf(codec, json);
}

/** Whether values are text: always, or where they are not JSON. */
function isTextual(codec: Codec<unknown>): "always" | "elseJson" | "never" {
  const { shape } = codec;
  switch (shape.kind) {
    case "string":
    case "char":
      return "always";
    case "opaque":
    case "enum":
    case "bytes":
    case "fixedBytes":
      return "elseJson";
    case "option":
      return isTextual(shape.inner) === "never" ? "never" : "elseJson";
    case "transparent":
    case "refined":
    case "encoded":
      return isTextual(shape.inner);
    case "lazy":
      return isTextual(shape.inner());
    case "transform":
      return isJson(codec) ? "never" : isTextual(shape.inner);
    default:
      return "never";
  }
}
