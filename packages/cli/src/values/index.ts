export type { BytesForm } from "./bytes-text.js";
export { ValueError } from "./errors.js";
export { valueOf } from "./from-json.js";
export { humanText, type HumanOptions } from "./human.js";
export { JsonNumber, JsonObject, JsonSyntaxError, parseJson, type Json } from "./json-text.js";
export { parseValue } from "./parse-value.js";
export { jsonOf, type JsonOptions } from "./to-json.js";
