import { BUILTINS, type Builtin, type Type } from "../../schema/index.js";
import type { RustSource } from "./errors.js";
import { RustSourceError } from "./errors.js";
import { Cursor } from "./cursor.js";
import type { Found, Module } from "./scope.js";
import type { RustData, RustType } from "./syntax.js";
import type { Token } from "./tokens.js";

const ALIASES_MAX = 64;
const PRELUDE_CRATES = ["std", "core", "alloc"];
const NON_ZERO = /^NonZero(?<integer>[UI](?:8|16|32|64|128|size))$/;

/** Types by their names in Rust, with the crates where they live. */
const byRustName = new Map(
  BUILTINS.flatMap((builtin) =>
    [builtin.name, ...builtin.aliases, ...builtin.rustAliases]
      .filter((name) => /^[A-Z]/.test(name) || builtin.path === name)
      .map((name) => [name, builtin] as const),
  ),
);

/** Finds out what the types of a Rust file are. */
export class TypeReader {
  constructor(
    private readonly source: RustSource,
    /** The key of a type that the file defines. */
    private readonly keyOf: (item: RustData, module: Module, at: number) => string,
  ) {}

  type(type: RustType, module: Module, aliases = 0): Type {
    if (aliases > ALIASES_MAX) throw this.#wrong(type.at, "an alias of itself");
    const read = (inner: RustType) => this.type(inner, module, aliases);
    const { at } = type;
    switch (type.kind) {
      case "tuple":
        if (type.items.length === 0) return { kind: "builtin", name: "unit", args: [], at };
        return { kind: "tuple", items: type.items.map(read), at };
      case "array":
        return { kind: "array", item: read(type.item), length: this.#length(type.length, module, at), at };
      case "slice":
        return { kind: "builtin", name: "slice", args: [read(type.item)], at };
      case "ref":
        return { kind: "builtin", name: "ref", args: [read(type.item)], at };
      case "path":
        return this.#path(type, module, aliases);
    }
  }

  /** A type that is given as text, as in `#[serde(into = "…")]`. */
  typeOfText(text: string, module: Module, at: number): Type {
    try {
      return this.type(new Cursor({ name: this.source.name, text }).type(), module);
    } catch (error) {
      if (!(error instanceof RustSourceError)) throw error;
      throw this.#wrong(at, error.reason, error.advice);
    }
  }

  #path(type: RustType & { kind: "path" }, module: Module, aliases: number): Type {
    const found = module.find(type.segments);
    const { at } = type;
    switch (found.kind) {
      case "data":
        if (type.args.length > 0) throw this.#wrong(at, `${found.item.name} with parameters`, NO_PARAMETERS);
        return { kind: "reference", key: this.keyOf(found.item, found.module, at), at };
      case "alias":
        if (type.args.length > 0 || found.item.genericsAt !== undefined) {
          throw this.#wrong(at, "an alias with parameters", "Write out the type.");
        }
        return this.type(found.item.type, found.module, aliases + 1);
      case "const":
        throw this.#wrong(at, `${found.item.name} is a constant, not a type`);
      case "foreign":
        return this.#foreign(found.path, type, module, aliases);
    }
  }

  #foreign(path: readonly string[], type: RustType & { kind: "path" }, module: Module, aliases: number): Type {
    const { at } = type;
    const name = path.at(-1)!;
    const integer = NON_ZERO.exec(name)?.groups?.["integer"]?.toLowerCase();
    if (integer !== undefined && isFrom(path, PRELUDE_CRATES)) {
      const inner: Type = { kind: "builtin", name: integer, args: [], at };
      return { kind: "builtin", name: "nonZero", args: [inner], at };
    }
    const builtin = byRustName.get(name);
    const text = path.join("::");
    if (builtin === undefined || !isFrom(path, builtin.crates)) {
      throw this.#wrong(
        at,
        `${text} is neither defined in this file nor a type with a codec`,
        ADVICE.get(name) ?? UNKNOWN,
      );
    }
    if (builtin.name === "dateTime") return this.#dateTime(type, module);
    const args = type.args.map((arg) => this.type(arg, module, aliases));
    if (args.length !== builtin.arity) throw this.#wrong(at, arityText(text, builtin, args.length), ARITY);
    return { kind: "builtin", name: builtin.name, args, at };
  }

  /** Only in UTC: others say where the clock is that they were read from. */
  #dateTime(type: RustType & { kind: "path" }, module: Module): Type {
    const [zone] = type.args;
    const found = zone?.kind === "path" ? module.find(zone.segments) : undefined;
    const isUtc = found?.kind === "foreign" && found.path.at(-1) === "Utc" && isFrom(found.path, ["chrono"]);
    if (!isUtc) throw this.#wrong(type.at, "a DateTime that is not in Utc", "Use DateTime<Utc>.");
    return { kind: "builtin", name: "dateTime", args: [], at: type.at };
  }

  /** A number, or a constant that is one. */
  #length(tokens: readonly Token[], module: Module, at: number, depth = 0): number {
    const [only, another] = tokens;
    if (another === undefined && only?.kind === "number") {
      const digits = /^(0x[\da-fA-F_]+|0b[01_]+|0o[0-7_]+|[\d_]+?)(?:usize)?$/.exec(only.text)?.[1];
      const length = Number(digits?.replaceAll("_", ""));
      if (Number.isInteger(length) && length <= 0xffff_ffff) return length;
    }
    if (only?.kind === "name" && depth < ALIASES_MAX) {
      const segments = tokens.filter(({ kind }) => kind === "name").map(({ text }) => text);
      const isPath = tokens.every(({ kind, text }) => kind === "name" || text === "::");
      const found: Found | undefined = isPath ? module.find(segments) : undefined;
      if (found?.kind === "const") return this.#length(found.item.value, found.module, at, depth + 1);
    }
    throw this.#wrong(
      only?.offset ?? at,
      "a length that has to be computed",
      "Write the number, or a constant of this file.",
    );
  }

  #wrong(at: number, reason: string, advice?: string): RustSourceError {
    return new RustSourceError(this.source, at, reason, advice);
  }
}

const NO_PARAMETERS = "Types with parameters are written by hand: t.struct(name, fields, { generics }).";
const UNKNOWN = "Define it in this file, or write that codec by hand, with t.";
const ARITY = "Leave parameters out that have a default, such as hashers and allocators.";

/** What to use in place of types that are often met. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["Uuid", "The uuid crate writes 16 bytes with their length: use Vec<u8>, or [u8; 16] and Uuid::from_bytes."],
  ["Instant", "An Instant means nothing to another process: use SystemTime."],
  ["OsString", "Its bytes depend on the system: use String."],
  ["Value", "JSON of any form is not for postcard: use a String that holds the JSON, t.json() in TypeScript."],
  ["PhantomData", "It has no bytes: mark it #[serde(skip)]."],
  ["IndexMap", "It has the bytes of a HashMap; use that, or write the codec by hand: t.newtype around t.hashMap."],
  ["IndexSet", "It has the bytes of a HashSet; use that, or write the codec by hand: t.newtype around t.hashSet."],
  ["NaiveDateTime", "Use DateTime<Utc>."],
  ["NaiveDate", "Use DateTime<Utc>, or a String."],
]);

/** Whether a path without a crate, or with one of these. */
function isFrom(path: readonly string[], crates: readonly string[]): boolean {
  return path.length === 1 || crates.includes(path[0]!);
}

function arityText(text: string, { arity }: Builtin, given: number): string {
  return `${text} takes ${arity === 0 ? "no" : arity} parameter${arity === 1 ? "" : "s"}, not ${given}`;
}
