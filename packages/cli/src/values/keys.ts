import type { Codec } from "mosaik";
import { isJson } from "../schema/index.js";
import { formOf } from "./forms.js";
import { JsonNumber, type Json } from "./json-text.js";

/**
 * Whether the values of a codec can be the keys of a JSON object, as serde writes maps: integers, booleans and texts, enums of unit variants,
 * and newtypes of these. Maps with other keys are lists of pairs, where serde_json gives up.
 */
export function isKey(codec: Codec<unknown>): boolean {
  const { shape } = codec;
  switch (shape.kind) {
    case "integer":
    case "bool":
    case "char":
    case "string":
      return true;
    case "enum":
      return shape.variants.every(({ codec: { rustName, shape } }) => shape.kind === "unit" && isPlainUnit(rustName));
    case "transparent":
    case "refined":
      return isKey(shape.inner);
    case "transform":
      return !isJson(codec) && isKey(shape.inner);
    case "opaque":
      return formOf(codec).isText;
    default:
      return false;
  }
}

/** The JSON value that a key stands for. */
export function keyJson(codec: Codec<unknown>, key: string): Json {
  const { shape } = codec;
  switch (shape.kind) {
    case "integer":
      return new JsonNumber(key);
    case "bool":
      return key === "true" ? true : key === "false" ? false : key;
    case "transparent":
    case "refined":
    case "transform":
      return keyJson(shape.inner, key);
    default:
      return key;
  }
}

/** Whether a unit is that of a unit variant, and not a unit struct inside of a variant. */
export function isPlainUnit(rustName: string | undefined): boolean {
  return rustName === "()" || rustName === undefined;
}
