import type { Codec } from "./codec.js";
import type { IntegerType } from "./shape.js";

/** The value of a const generic parameter, as `type_name` prints it. Made by `t.constGeneric`. */
export interface ConstGeneric {
  readonly printed: string;
}

/** An argument of a generic type: a codec for a type, its name alone, or the value of a const parameter. */
export type Generic = Codec<unknown> | string | ConstGeneric;

/** How the parts of a generic type's name are given. */
export interface NameOptions {
  /** The arguments in angle brackets, in order. */
  readonly generics?: readonly Generic[];
  /**
   * The defaults of the parameters, at the same positions. Trailing type arguments equal to their default are left out
   * of the name, as `type_name` does; const arguments never are.
   */
  readonly defaults?: readonly (Generic | undefined)[];
}

/**
 * The value of a const generic parameter, for `generics`: `t.constGeneric("usize", 4)`, `t.constGeneric("bool", true)`,
 * `t.constGeneric("char", "x")`.
 */
export function constGeneric(
  type: IntegerType | "bool" | "char",
  value: number | bigint | boolean | string,
): ConstGeneric {
  if (type === "char") return { printed: `'${String(value)}'` };
  if (type === "bool") return { printed: String(value) };
  return { printed: integerName(type, BigInt(value)) };
}

/** `path<A, B>`; undefined if an argument has no name. */
export function genericName(path: string | undefined, options: NameOptions = {}): string | undefined {
  if (path === undefined) return undefined;
  const { generics = [], defaults = [] } = options;
  let count = generics.length;
  while (count > 0 && isDefault(generics[count - 1]!, defaults[count - 1])) count--;
  if (count === 0) return path;
  const names: string[] = [];
  for (const generic of generics.slice(0, count)) {
    const name = nameOf(generic);
    if (name === undefined) return undefined;
    names.push(name);
  }
  return `${path}<${names.join(", ")}>`;
}

/** `(A, B)`, `(A,)` or `()`. */
export function tupleName(items: readonly Codec<unknown>[]): string | undefined {
  const names: string[] = [];
  for (const item of items) {
    if (item.rustName === undefined) return undefined;
    names.push(item.rustName);
  }
  return names.length === 1 ? `(${names[0]},)` : `(${names.join(", ")})`;
}

/** `[T; N]`. */
export function arrayName(item: string, length: number): string {
  return `[${item}; ${integerName("usize", BigInt(length))}]`;
}

/** Extreme values print as the constant, except for the zero that an unsigned minimum is. */
function integerName(type: IntegerType, value: bigint): string {
  const size = type.slice(1) === "size" ? 64n : BigInt(type.slice(1));
  const isSigned = type.startsWith("i");
  const max = (1n << (isSigned ? size - 1n : size)) - 1n;
  if (value === max) return `${type}::MAX`;
  if (isSigned && value === -max - 1n) return `${type}::MIN`;
  return value.toString();
}

function nameOf(generic: Generic): string | undefined {
  if (typeof generic === "string") return generic;
  return "printed" in generic ? generic.printed : generic.rustName;
}

function isDefault(generic: Generic, ofParameter: Generic | undefined): boolean {
  if (ofParameter === undefined || (typeof generic === "object" && "printed" in generic)) return false;
  const name = nameOf(generic);
  return name !== undefined && name === nameOf(ofParameter);
}
