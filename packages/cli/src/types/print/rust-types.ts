import { builtin, SchemaError, type Schema, type Type } from "../../schema/index.js";
import { references, type References } from "./order.js";
import { Traits } from "./traits.js";

/** serde knows arrays up to this length. */
const ARRAY_LENGTH_MAX = 32;
/** The standard library has its traits for tuples up to this one. */
const TUPLE_LENGTH_MAX = 12;
const UNSIZED: ReadonlySet<string> = new Set(["str", "slice"]);
const HOLDS_UNSIZED: ReadonlySet<string> = new Set(["box", "arc", "rc", "cow"]);
const COPIED = /^(?:[ui](?:8|16|32|64|128|size)|f32|f64|bool|char)$/;

/** What a type stands in. */
interface Around {
  readonly isBehindPointer?: boolean;
  readonly mayBeUnsized?: boolean;
}

/** Writes the types of a schema as Rust does. */
export class RustTypes {
  readonly traits: Traits;
  readonly #references: References;

  constructor(
    schema: Schema,
    /** The path of a definition, as the module being written names it. */
    private readonly pathOf: (key: string) => string,
  ) {
    this.traits = new Traits(schema);
    this.#references = references(schema, { byValue: true });
  }

  /**
   * The type of something in a definition. `where` names it in messages.
   *
   * @throws SchemaError for what serde or Rust cannot do
   */
  text(type: Type, owner: string, where: string): string {
    return this.#text(type, owner, where, {});
  }

  #text(type: Type, owner: string, where: string, { isBehindPointer = false, mayBeUnsized = false }: Around): string {
    const inner = (part: Type, around: Around = {}) => this.#text(part, owner, where, { isBehindPointer, ...around });
    switch (type.kind) {
      case "array":
        if (type.length > ARRAY_LENGTH_MAX) throw refused(where, `[T; ${type.length}]`, LONG_ARRAY);
        return `[${inner(type.item)}; ${type.length}]`;
      case "tuple":
        if (type.items.length > TUPLE_LENGTH_MAX) throw refused(where, `a tuple of ${type.items.length}`, LONG_TUPLE);
        return `(${type.items.map((item) => inner(item)).join(", ")}${type.items.length === 1 ? "," : ""})`;
      case "reference": {
        const path = this.pathOf(type.key);
        // Rust has no type that holds itself by value; a Box has the same bytes.
        const isEndless = !isBehindPointer && this.#references.isCircle(owner, type.key);
        return isEndless ? `Box<${path}>` : path;
      }
      case "builtin":
        if (UNSIZED.has(type.name) && !mayBeUnsized) throw refused(where, type.name, UNSIZED_ADVICE);
        return this.#builtin(type.name, type.args, where, inner);
    }
  }

  #builtin(name: string, args: readonly Type[], where: string, inner: (part: Type, around?: Around) => string): string {
    const { rust, demands, isIndirect } = builtin(name);
    const [first] = args;
    if (name === "ref")
      throw refused(
        where,
        "a reference",
        "Nobody would own what is read: use string or vec, which have the same bytes.",
      );
    if (name === "cell" && !(first?.kind === "builtin" && COPIED.test(first.name))) {
      throw refused(where, "a Cell of what is not copied", "Use refCell, which has the same bytes.");
    }
    const missing = demands.find((trait) => !this.traits.ofType(first!).includes(trait));
    if (missing !== undefined)
      throw refused(where, `${name} of what has no ${missing}`, `Rust takes only what has ${demands.join(" and ")}.`);
    const around = { mayBeUnsized: HOLDS_UNSIZED.has(name), ...(isIndirect ? { isBehindPointer: true } : {}) };
    return rust(...args.map((arg) => inner(arg, around)));
  }
}

const LONG_ARRAY =
  "serde reads and writes arrays of up to 32 items: use vec, or write that field by hand with serde_big_array.";
const LONG_TUPLE = "Give it a name: a tuple struct may be as long as you like.";
const UNSIZED_ADVICE = "Rust has these behind a box, arc, rc or cow only.";

function refused(where: string, what: string, advice: string): SchemaError {
  return new SchemaError(`${where}: ${what} cannot be said in Rust`, { advice });
}
