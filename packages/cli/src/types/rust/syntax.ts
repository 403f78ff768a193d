/** What a Rust file says, before it is known what its names stand for. */
import type { Token } from "./tokens.js";

/** `#[name(…)]`: what is between the brackets, by its tokens. */
export interface Attribute {
  readonly name: string;
  readonly tokens: readonly Token[];
  readonly at: number;
}

export type RustType =
  | {
      readonly kind: "path";
      readonly segments: readonly string[];
      readonly args: readonly RustType[];
      readonly at: number;
    }
  | { readonly kind: "tuple"; readonly items: readonly RustType[]; readonly at: number }
  | { readonly kind: "array"; readonly item: RustType; readonly length: readonly Token[]; readonly at: number }
  | { readonly kind: "slice" | "ref"; readonly item: RustType; readonly at: number };

interface Described {
  readonly attributes: readonly Attribute[];
  readonly docs: string | undefined;
  readonly at: number;
}

export interface RustField extends Described {
  /** Nothing in a tuple struct. */
  readonly name: string | undefined;
  readonly type: RustType;
}

export interface RustBody {
  readonly kind: "unit" | "tuple" | "struct";
  readonly fields: readonly RustField[];
}

export interface RustVariant extends Described {
  readonly name: string;
  readonly body: RustBody;
  readonly discriminant: readonly Token[] | undefined;
}

export interface RustData extends Described {
  readonly kind: "data";
  readonly name: string;
  /** Where parameters such as `<T>` begin. */
  readonly genericsAt: number | undefined;
  readonly body: RustBody | { readonly kind: "enum"; readonly variants: readonly RustVariant[] };
}

export interface RustAlias {
  readonly kind: "alias";
  readonly name: string;
  readonly genericsAt: number | undefined;
  readonly type: RustType;
  readonly at: number;
}

export interface RustConst {
  readonly kind: "const";
  readonly name: string;
  readonly value: readonly Token[];
}

/** `impl Trait for Type`. */
export interface RustImpl {
  readonly kind: "impl";
  readonly trait: string;
  readonly type: string;
  readonly at: number;
}

export interface RustModule {
  readonly kind: "module";
  readonly name: string;
  readonly items: readonly RustItem[];
}

/** `use a::b as c;`, one for each name; `*` for all of a module. */
export interface RustUse {
  readonly kind: "use";
  readonly path: readonly string[];
  readonly name: string;
}

export type RustItem = RustData | RustAlias | RustConst | RustImpl | RustModule | RustUse;
