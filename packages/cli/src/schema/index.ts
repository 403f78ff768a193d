export { ALL, type Builtin } from "./builtin.js";
export { builtin, BUILTINS, findBuiltin } from "./builtins.js";
export { SchemaError, SourceError } from "./errors.js";
export { RECURSIVE_DEPTH_MAX, TYPE_DEPTH_MAX, TYPE_PARTS_MAX } from "./limits.js";
export { isJson, schemaOf } from "./of-codec.js";
export { isLabel, partsOf, partsOfBody, referencesOf } from "./schema.js";
export type { Body, Definition, EnumBody, Field, Root, Schema, Type, Variant, VariantBody } from "./schema.js";
export { codecOf } from "./to-codec.js";
export type { Trait } from "./traits.js";
