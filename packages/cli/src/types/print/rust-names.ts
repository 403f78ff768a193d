import { pascal, snake } from "../rust/case.js";

const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
/** Words that cannot be names, not even with `r#` in front. */
const NEVER: ReadonlySet<string> = new Set(["self", "Self", "super", "crate", "_", ""]);
const KEYWORDS: ReadonlySet<string> = new Set([
  ...["abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum"],
  ...[
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
  ],
  ...["mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof"],
  ...["unsafe", "unsized", "use", "virtual", "where", "while", "yield"],
]);

/** A name as Rust writes it, and the attribute that keeps serde's name for it where that is another one. */
export interface RustName {
  readonly text: string;
  readonly rename: string | undefined;
}

/** The name of a field: in snake case, as everybody's. */
export function fieldName(name: string, isFree: (name: string) => boolean): RustName {
  const isSnake = isIdentifier(name) && snake(name) === name;
  return rustName(name, isSnake ? name : clean(snake(name), "field").replace(/_+/g, "_"), isFree);
}

/** The name of a variant: in Pascal case. */
export function variantName(name: string, isFree: (name: string) => boolean): RustName {
  return rustName(name, clean(pascal(name), "Variant"), isFree);
}

/** The name of a type or a module that has to stay what it is. */
export function pathName(name: string): string {
  return KEYWORDS.has(name) ? `r#${name}` : name;
}

/** Whether a part of a path can be a name. */
export function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name) && !NEVER.has(name);
}

function rustName(name: string, wished: string, isFree: (name: string) => boolean): RustName {
  let text = wished;
  for (let count = 2; !isFree(text); count++) text = `${wished}_${count}`;
  // serde takes the r# away by itself.
  return { text: pathName(text), rename: text === name ? undefined : name };
}

function clean(name: string, otherwise: string): string {
  const text = name.replace(/[^\p{ID_Continue}]+/gu, "_");
  if (NEVER.has(text)) return `${text.replace(/^_$/, "")}${text === "" || text === "_" ? otherwise : "_"}`;
  return IDENTIFIER.test(text) ? text : `_${text}`;
}
