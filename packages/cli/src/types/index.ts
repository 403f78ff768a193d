export { loadSchema } from "./load.js";
export { printRust, type RustOptions } from "./print/rust.js";
export { printTypeScript, type TypeScriptOptions } from "./print/typescript.js";
export { RustSourceError, type RustSource } from "./rust/errors.js";
export { readRust } from "./rust/read.js";
