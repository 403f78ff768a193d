import { SchemaError } from "./errors.js";
import { partsOf, partsOfBody, type Body, type Schema, type Type } from "./schema.js";

/** How deep a type may be, down to its last part. */
export const TYPE_DEPTH_MAX = 64;
/** How many parts a type may have when every reference is written out: a few lines can name billions. */
export const TYPE_PARTS_MAX = 65_536;

interface Extent {
  readonly depth: number;
  readonly parts: number;
}

const LEAF: Extent = { depth: 1, parts: 1 };

/** @throws SchemaError for a type that is deeper or larger than a codec should be */
export function checkExtent(schema: Schema, root: Type): void {
  new Measure(schema).of(root, 1);
}

class Measure {
  readonly #known = new Map<string, Extent>();
  readonly #underWay = new Set<string>();

  constructor(private readonly schema: Schema) {}

  /** The extent of a type that is `level` levels down. */
  of(type: Type, level: number): Extent {
    if (level > TYPE_DEPTH_MAX) throw tooDeep(type);
    if (type.kind !== "reference") return this.#sum(partsOf(type), level, type);
    const known = this.#known.get(type.key);
    if (known !== undefined) {
      if (level + known.depth > TYPE_DEPTH_MAX) throw tooDeep(type);
      return known;
    }
    if (this.#underWay.has(type.key)) return LEAF;
    const definition = this.schema.definitions.get(type.key);
    if (definition === undefined) throw new SchemaError(`${type.key} is not defined`, { at: type.at });
    this.#underWay.add(type.key);
    const extent = this.#sum(typesOf(definition.body), level, type);
    this.#underWay.delete(type.key);
    this.#known.set(type.key, extent);
    return extent;
  }

  #sum(types: readonly Type[], level: number, whole: Type): Extent {
    let { depth, parts } = LEAF;
    for (const type of types) {
      const extent = this.of(type, level + 1);
      depth = Math.max(depth, extent.depth + 1);
      parts += extent.parts;
    }
    if (parts > TYPE_PARTS_MAX) throw new SchemaError(`a type of more than ${TYPE_PARTS_MAX} parts`, { at: whole.at });
    return { depth, parts };
  }
}

function typesOf(body: Body): Type[] {
  return partsOfBody(body).map(({ type }) => type);
}

function tooDeep(type: Type): SchemaError {
  return new SchemaError(`a type of more than ${TYPE_DEPTH_MAX} levels`, { at: type.at });
}
