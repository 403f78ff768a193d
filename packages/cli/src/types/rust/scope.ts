import type { RustAlias, RustConst, RustData, RustItem } from "./syntax.js";

/** What a name of a module stands for. */
export type Found =
  | { readonly kind: "data"; readonly item: RustData; readonly module: Module }
  | { readonly kind: "alias"; readonly item: RustAlias; readonly module: Module }
  | { readonly kind: "const"; readonly item: RustConst; readonly module: Module }
  /** A path that leads out of the file. */
  | { readonly kind: "foreign"; readonly path: readonly string[] };

const IMPORTS_MAX = 32;

/** A module of a Rust file: what it declares, and what it imports. */
export class Module {
  readonly modules: readonly Module[];
  readonly data: readonly RustData[];
  readonly #items: readonly RustItem[];

  constructor(
    readonly path: readonly string[],
    items: readonly RustItem[],
    private readonly parent: Module | undefined,
  ) {
    this.#items = items;
    this.data = items.filter((item) => item.kind === "data");
    this.modules = items
      .filter((item) => item.kind === "module")
      .map(({ name, items }) => new Module([...path, name], items, this));
  }

  /** The module and all within it, in the order of the file. */
  all(): Module[] {
    return [this, ...this.modules.flatMap((module) => module.all())];
  }

  /** What a path, as this module writes it, stands for. */
  find(path: readonly string[]): Found {
    return this.#look(path, 0) ?? { kind: "foreign", path };
  }

  /** The same; nothing for a path that begins with what this module does not know. */
  #look(path: readonly string[], imports: number): Found | undefined {
    const [first, ...rest] = path as [string, ...string[]];
    if (imports > IMPORTS_MAX) return undefined;
    if (first === "::") return { kind: "foreign", path: rest };
    if (first === "crate") return this.#root().#lookInCrate(rest, imports);
    const start = first === "self" ? this : first === "super" ? this.parent : undefined;
    const module = start ?? this.modules.find(({ path }) => path.at(-1) === first);
    if (module !== undefined && rest.length > 0) return module.#look(rest, imports + 1);
    const own = rest.length === 0 ? this.#own(first) : undefined;
    return own ?? this.#imported(path, imports);
  }

  #imported(path: readonly string[], imports: number): Found | undefined {
    const [first, ...rest] = path;
    const uses = this.#items.filter((item) => item.kind === "use");
    const named = uses.find(({ name }) => name === first);
    if (named !== undefined) {
      const whole = [...named.path, ...rest];
      // `use serde;` stands for itself.
      const isItself = whole.length === path.length && whole.every((part, i) => part === path[i]);
      return (isItself ? undefined : this.#look(whole, imports + 1)) ?? { kind: "foreign", path: whole };
    }
    for (const { name, path: from } of uses) {
      const found = name === "*" ? this.#look([...from, ...path], imports + 1) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A path from the root of the crate, which may lie above that of the file. */
  #lookInCrate(path: readonly string[], imports: number): Found | undefined {
    const above = this.path.slice(1);
    const isInside = path.length > above.length && above.every((part, i) => part === path[i]);
    return isInside ? this.#look(path.slice(above.length), imports + 1) : undefined;
  }

  #root(): Module {
    return this.parent === undefined ? this : this.parent.#root();
  }

  #own(name: string): Found | undefined {
    for (const item of this.#items) {
      if (item.kind === "data" && item.name === name) return { kind: "data", item, module: this };
      if (item.kind === "alias" && item.name === name) return { kind: "alias", item, module: this };
      if (item.kind === "const" && item.name === name) return { kind: "const", item, module: this };
    }
    return undefined;
  }
}
