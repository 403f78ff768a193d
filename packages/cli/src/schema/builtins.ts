import type { Builtin } from "./builtin.js";
import { GENERICS } from "./builtin-generics.js";
import { LEAVES } from "./builtin-leaves.js";

/** Every built-in type. */
export const BUILTINS: readonly Builtin[] = [...LEAVES, ...GENERICS];

const byName = new Map(
  BUILTINS.flatMap((builtin) => [builtin.name, ...builtin.aliases].map((name) => [name, builtin] as const)),
);
const byPath = new Map(BUILTINS.flatMap((builtin) => (builtin.path === undefined ? [] : [[builtin.path, builtin]])));

/** The type that the notation calls so, or that `type_name` prints so. */
export function findBuiltin(name: string): Builtin | undefined {
  return byName.get(name) ?? byPath.get(name);
}

/** A type of the table. @throws TypeError for a name that it does not have */
export function builtin(name: string): Builtin {
  const found = byName.get(name);
  if (found === undefined) throw new TypeError(`there is no built-in type ${name}`);
  return found;
}

/** The type whose name, as `type_name` prints it, begins with this path; arguments may follow it in angle brackets. */
export function builtinOfRustName(rustName: string, arity: number): Builtin | undefined {
  const open = arity === 0 ? -1 : rustName.indexOf("<");
  const found = byPath.get(open < 0 ? rustName : rustName.slice(0, open));
  return found?.arity === arity ? found : undefined;
}
