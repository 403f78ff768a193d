import type { RustAlias, RustConst, RustData, RustItem, RustUse } from "./syntax.js";

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
  find(path: readonly string[], imports = 0): Found {
    const [first, ...rest] = path as [string, ...string[]];
    if (imports > IMPORTS_MAX) return { kind: "foreign", path };
    if (first === "::") return { kind: "foreign", path: rest };
    const start = this.#start(first);
    if (start !== undefined) return rest.length === 0 ? { kind: "foreign", path } : start.find(rest, imports + 1);
    const module = this.modules.find(({ path }) => path.at(-1) === first);
    if (module !== undefined && rest.length > 0) return module.find(rest, imports + 1);
    const own = rest.length === 0 ? this.#own(first) : undefined;
    if (own !== undefined) return own;
    const imported = this.#uses().find(({ name }) => name === first);
    // `use serde::…` inside of a module called serde would go round.
    if (imported !== undefined && imported.path.join("::") !== path.join("::")) {
      return this.find([...imported.path, ...rest], imports + 1);
    }
    for (const { path: from } of this.#uses().filter(({ name }) => name === "*")) {
      const inside = this.find([...from, ...path], imports + 1);
      if (inside.kind !== "foreign") return inside;
    }
    return { kind: "foreign", path };
  }

  #start(first: string): Module | undefined {
    if (first === "self") return this;
    if (first === "super") return this.parent ?? undefined;
    if (first === "crate") return this.#root();
    return undefined;
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

  #uses(): RustUse[] {
    return this.#items.filter((item) => item.kind === "use");
  }
}
