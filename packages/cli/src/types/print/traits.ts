import { ALL, builtin, partsOfBody, type Schema, type Trait, type Type } from "../../schema/index.js";

/** What each definition of a schema can derive, beside `Debug`. */
export class Traits {
  readonly #of = new Map<string, readonly Trait[]>();

  constructor(schema: Schema) {
    // A type that holds itself can have what nothing in it lacks: begin with all, and take away.
    for (const key of schema.definitions.keys()) this.#of.set(key, ALL);
    for (let isChanged = true; isChanged;) {
      isChanged = false;
      for (const { key, body } of schema.definitions.values()) {
        const before = this.#of.get(key)!;
        const kept = partsOfBody(body).reduce((traits, { type }) => common(traits, this.ofType(type)), before);
        if (kept.length < before.length) isChanged = true;
        this.#of.set(key, kept);
      }
    }
  }

  of(key: string): readonly Trait[] {
    return this.#of.get(key)!;
  }

  ofType(type: Type): readonly Trait[] {
    switch (type.kind) {
      case "reference":
        return this.of(type.key);
      case "array":
        return this.ofType(type.item);
      case "tuple":
        return type.items.reduce((traits, item) => common(traits, this.ofType(item)), ALL);
      case "builtin":
        return type.args.reduce((traits, arg) => common(traits, this.ofType(arg)), builtin(type.name).traits);
    }
  }
}

function common(a: readonly Trait[], b: readonly Trait[]): readonly Trait[] {
  return a.filter((trait) => b.includes(trait));
}
