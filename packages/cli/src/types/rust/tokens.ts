import { RustSourceError, type RustSource } from "./errors.js";

/** A token of Rust, as far as definitions of data need them. `text` is what it means: names without `r#`, texts without quotes. */
export interface Token {
  readonly kind: "name" | "lifetime" | "text" | "number" | "docs" | "mark" | "end";
  readonly text: string;
  readonly offset: number;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  "\\": "\\",
  "0": "\0",
  "'": "'",
  '"': '"',
};

/** The kinds of tokens in the order in which they are tried. */
const PATTERNS: readonly (readonly [kind: Token["kind"] | "blank", pattern: RegExp])[] = [
  ["docs", /\/\/\/(?!\/)(?<text>[^\n]*)/y],
  ["docs", /\/\*\*(?!\*|\/)(?<text>(?:[^*]|\*(?!\/))*)\*\//y],
  ["blank", /\s+|\/\/[^\n]*/y],
  ["text", /[bc]?r(?<hashes>#*)"(?<text>[^]*?)"\k<hashes>(?!#)/y],
  ["text", /[bc]?"(?<text>(?:[^"\\]|\\[^])*)"/y],
  ["text", /b?'(?<text>[^'\\\n]|\\[^'\n][^'\n]*|\\')'/uy],
  ["lifetime", /'(?<text>[\p{ID_Start}_]\p{ID_Continue}*)/uy],
  ["name", /(?:r#)?(?<text>[\p{ID_Start}_]\p{ID_Continue}*)/uy],
  ["number", /(?<text>\d[\w.]*(?<!\.))/y],
  ["mark", /(?<text>::|->|=>|\.\.=?|[^\p{ID_Start}\s])/uy],
];

/** The tokens of a Rust file, with one of kind `end` behind them. @throws RustSourceError */
export function tokensOf(source: RustSource): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let offset = text.startsWith("#!") && !text.startsWith("#![") ? text.indexOf("\n") : 0;
  if (text.charCodeAt(0) === 0xfeff) offset = 1;
  while (offset >= 0 && offset < text.length) {
    if (text.startsWith("/*", offset) && !/^\/\*\*[^*/]/.test(text.slice(offset, offset + 4))) {
      offset = endOfComment(source, offset);
      continue;
    }
    const { kind, match } = matchAt(source, offset);
    if (kind !== "blank") tokens.push({ kind, text: meaning(kind, match), offset });
    offset += match[0].length;
  }
  return [...tokens, { kind: "end", text: "", offset: text.length }];
}

function matchAt(source: RustSource, offset: number): { kind: Token["kind"] | "blank"; match: RegExpExecArray } {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const match = pattern.exec(source.text);
    if (match !== null) return { kind, match };
  }
  throw new RustSourceError(source, offset, "this is no Rust that can be read");
}

function meaning(kind: Token["kind"], match: RegExpExecArray): string {
  const text = match.groups!["text"]!;
  if (kind === "docs") return docsText(text);
  if (kind !== "text" || match.groups!["hashes"] !== undefined) return text;
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F_]{1,8})\}|\n\s*|(.))/gs, (_, byte, code, single) => {
    const digits = (byte ?? (code as string | undefined)?.replaceAll("_", "")) as string | undefined;
    if (digits !== undefined) return codePoint(parseInt(digits, 16));
    return single === undefined ? "" : (ESCAPES[single as string] ?? (single as string));
  });
}

function codePoint(code: number): string {
  return code <= 0x10_ffff ? String.fromCodePoint(code) : "\ufffd";
}

/** The lines of a doc comment without the stars and the blank in front of them. */
function docsText(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** Block comments nest in Rust. */
function endOfComment(source: RustSource, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(source.text); match !== null; match = mark.exec(source.text)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  throw new RustSourceError(source, start, "a comment without its end");
}
