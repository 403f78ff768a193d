import type { Schema, Type } from "./schema.js";

/** The types whose values are those of their argument. */
const HOLDERS: ReadonlySet<string> = new Set([
  ...["box", "arc", "rc", "cell", "refCell", "mutex", "rwLock"],
  ...["wrapping", "saturating", "reverse", "cow", "ref", "encoded"],
]);

/** Whether `undefined` is a value of the type, so that an option of it needs another form. Of types that hold themselves codecs cannot be asked. */
export function hasUndefined(schema: Schema, type: Type, asked: ReadonlySet<string> = new Set()): boolean {
  switch (type.kind) {
    case "reference": {
      const { body } = schema.definitions.get(type.key)!;
      if (body.kind === "unit") return true;
      if (asked.has(type.key) || body.kind !== "tuple" || body.items.length !== 1) return false;
      return hasUndefined(schema, body.items[0]!, new Set([...asked, type.key]));
    }
    case "builtin":
      if (type.name === "option" || type.name === "unit") return true;
      return HOLDERS.has(type.name) && hasUndefined(schema, type.args[0]!, asked);
    default:
      return false;
  }
}
