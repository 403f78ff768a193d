import { partsOf, partsOfBody, builtin, type Schema, type Type } from "../../schema/index.js";

/** What refers to what. */
export interface References {
  /** The definitions, each behind those that it refers to, as far as that can be. */
  readonly order: readonly string[];
  /** Whether `to`, which `from` refers to, refers to `from` in turn, directly or not. */
  readonly isCircle: (from: string, to: string) => boolean;
  /** Whether a definition refers to itself, directly or not. */
  readonly isRecursive: (key: string) => boolean;
}

/**
 * The references between the definitions of a schema.
 *
 * @param byValue count only those that are not behind a pointer: through them no type of Rust can hold itself
 */
export function references(schema: Schema, { byValue = false } = {}): References {
  const targets = new Map(
    [...schema.definitions.values()].map(({ key, body }) => [
      key,
      partsOfBody(body).flatMap(({ type }) => keysIn(type, byValue)),
    ]),
  );
  const reachable = new Map([...targets.keys()].map((key) => [key, reach(key, targets)]));
  return {
    order: postOrder(targets),
    isCircle: (from, to) => from === to || reachable.get(to)!.has(from),
    isRecursive: (key) => reachable.get(key)!.has(key),
  };
}

function keysIn(type: Type, byValue: boolean): string[] {
  if (type.kind === "reference") return [type.key];
  if (byValue && type.kind === "builtin" && builtin(type.name).isIndirect) return [];
  return partsOf(type).flatMap((part) => keysIn(part, byValue));
}

function reach(start: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [...targets.get(start)!];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    waiting.push(...targets.get(key)!);
  }
  return seen;
}

function postOrder(targets: ReadonlyMap<string, readonly string[]>): string[] {
  const order = new Set<string>();
  const begun = new Set<string>();
  const visit = (key: string) => {
    if (begun.has(key)) return;
    begun.add(key);
    for (const target of targets.get(key)!) visit(target);
    order.add(key);
  };
  for (const key of targets.keys()) visit(key);
  return [...order];
}
