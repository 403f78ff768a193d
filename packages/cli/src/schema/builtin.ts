import type { Codec } from "mosaik";
import type { Trait } from "./traits.js";

/** A type that needs no definition. Arguments are given as they stand in the language in question. */
export interface Builtin {
  /** Its name in the notation: that of `t`, if `t` has it. */
  readonly name: string;
  /** Other names that the notation takes: Rust's. */
  readonly aliases: readonly string[];
  /** Further names that Rust sources have for it. */
  readonly rustAliases: readonly string[];
  /** The crates under which Rust sources find it by its last name; none for what the language itself knows. */
  readonly crates: readonly string[];
  /** How many arguments it takes. */
  readonly arity: number;
  /** What `type_name` prints of it, arguments in angle brackets left out; nothing for one that Rust has no type for. */
  readonly path: string | undefined;
  /** As a Rust source writes it. */
  readonly rust: (...args: string[]) => string;
  /** The expression that makes its codec in TypeScript. */
  readonly codec: (...args: string[]) => string;
  /** The type of its values in TypeScript. */
  readonly value: (...args: string[]) => string;
  readonly build: (...args: Codec<never>[]) => Codec<unknown>;
  /** What can be derived of a type that holds it, if its arguments have that too. */
  readonly traits: readonly Trait[];
  /** Whether its argument is kept elsewhere in memory, so that a type can hold itself through it. */
  readonly isIndirect: boolean;
  /** What Rust demands of its first argument. */
  readonly demands: readonly Trait[];
}

/** Everything that can be derived. */
export const ALL: readonly Trait[] = ["Clone", "PartialEq", "Eq", "Hash", "Ord"];
/** What hashed collections have. */
export const EQ: readonly Trait[] = ["Clone", "PartialEq", "Eq"];

type Details = Partial<Builtin> & Pick<Builtin, "path">;

/** A type without arguments. */
export function leaf(name: string, codec: Codec<unknown>, details: Details & { readonly rustType: string }): Builtin {
  const { rustType } = details;
  return {
    name,
    aliases: [],
    rustAliases: [],
    crates: [],
    arity: 0,
    rust: () => rustType,
    codec: () => `t.${name}`,
    value: () => `t.Infer<typeof t.${name}>`,
    build: () => codec,
    traits: ALL,
    isIndirect: false,
    demands: [],
    ...details,
  };
}

/** A type with arguments, which `t` has under its name. */
export function generic(
  name: string,
  rustPath: string,
  arity: number,
  build: (...args: Codec<never>[]) => Codec<unknown>,
  details: Details,
): Builtin {
  return {
    name,
    aliases: [lastOf(rustPath)],
    rustAliases: [],
    crates: rustPath.startsWith("std::") ? ["std", "alloc", "core"] : [],
    arity,
    rust: (...args) => `${rustPath}<${args.join(", ")}>`,
    codec: (...args) => `t.${name}(${args.join(", ")})`,
    value: (first) => first,
    build,
    traits: ALL,
    isIndirect: false,
    demands: [],
    ...details,
  };
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(":") + 1);
}
