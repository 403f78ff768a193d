export { NotationError } from "./errors.js";
export { loadCodec, loadCodecs } from "./module.js";
export { NOTATION_LENGTH_MAX, parseNotation, parseSchema } from "./parse.js";
export { printNotation, printSchema } from "./print.js";
