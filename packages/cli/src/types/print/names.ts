import { isLabel, partsOfBody, referencesOf, type Definition, type Schema } from "../../schema/index.js";
import { pascal } from "../rust/case.js";

/**
 * A name for each definition: the last part of its Rust name, that of its root, or what leads to it.
 *
 * @param isTaken whether a name cannot be had
 */
export function namesOf(schema: Schema, isTaken: (name: string) => boolean): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set<string>();
  const give = (key: string, ...wishes: string[]) => {
    if (names.has(key)) return;
    const free = (name: string) => name !== "" && !used.has(name) && !isTaken(name);
    let name = wishes.find(free);
    for (let count = 2; name === undefined; count++) {
      const next = `${wishes[0] === "" ? "Type" : wishes[0]}${count}`;
      if (free(next)) name = next;
    }
    used.add(name);
    names.set(key, name);
  };
  for (const { key, rustName } of schema.definitions.values()) {
    if (rustName === undefined) continue;
    const parts = pathOf(rustName).map((part) => part.replace(/^r#/, ""));
    // Of two types of one name the second has its module in front.
    give(
      key,
      ...parts.map((_, i) =>
        [...parts.slice(parts.length - 1 - i)]
          .map((part, j, all) => (j < all.length - 1 ? pascal(part) : part))
          .join(""),
      ),
    );
  }
  for (const { name, type } of schema.roots) {
    if (type.kind === "reference") give(type.key, pascal(name ?? ""));
  }
  // What holds others comes behind them.
  for (const definition of [...schema.definitions.values()].reverse()) nameParts(definition, names, give);
  for (const key of schema.definitions.keys()) give(key, "");
  return names;
}

/** Types without a name are called after what they are in. */
function nameParts(
  { key, body }: Definition,
  names: ReadonlyMap<string, string>,
  give: (key: string, wish: string) => void,
): void {
  for (const { path, type } of partsOfBody(body)) {
    for (const reference of referencesOf(type)) {
      if (isLabel(reference)) give(reference, `${names.get(key) ?? ""}${pascal(path.replaceAll(".", "_"))}`);
    }
  }
}

/** The parts of a path, of which one may be in angle brackets. */
function pathOf(rustName: string): string[] {
  const plain = rustName.replace(/<.*$/s, "");
  return plain
    .split("::")
    .map((part) => part.replace(/[^\p{ID_Continue}#]/gu, ""))
    .filter((part) => part !== "");
}
