import { NotationError } from "./errors.js";

/** A piece of the notation. `text` is what it means: a name without its quotes. */
export interface Token {
  readonly kind: "name" | "quoted" | "label" | "number" | "mark" | "end";
  readonly text: string;
  readonly offset: number;
}

const PATTERN =
  /(?<blank>\s+|\/\/[^\n]*)|(?<name>[\p{ID_Start}_$][\p{ID_Continue}$]*(?:::[\p{ID_Start}_$][\p{ID_Continue}$]*)*)|(?<label>@[\p{ID_Continue}$]+)|(?<number>-?\d+)|(?<quoted>"(?:[^"\\\p{Cc}]|\\.)*")|(?<mark>[{}()[\]<>,:;?=&])/uy;

/** A plain name: it needs no quotes. */
const PLAIN = /^[\p{ID_Start}_$][\p{ID_Continue}$]*(?:::[\p{ID_Start}_$][\p{ID_Continue}$]*)*$/u;

/** Whether a name can stand in the notation without quotes. */
export function isPlainName(name: string): boolean {
  return PLAIN.test(name);
}

/** The tokens of a text, with one of kind `end` behind them. @throws NotationError for a character that begins none */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(PATTERN);
  let offset = 0;
  while (offset < text.length) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    if (match === null) throw strange(text, offset);
    const [kind, value] = Object.entries(match.groups!).find(([, value]) => value !== undefined)!;
    if (kind === "quoted") tokens.push({ kind, text: unquote(text, offset, value), offset });
    else if (kind !== "blank") tokens.push({ kind: kind as Token["kind"], text: value, offset });
    offset += match[0].length;
  }
  return [...tokens, { kind: "end", text: "", offset }];
}

function unquote(text: string, offset: number, quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new NotationError({ text }, offset, "a text in quotes follows the rules of JSON; this one does not");
  }
}

function strange(text: string, offset: number): NotationError {
  if (text[offset] === '"') return new NotationError({ text }, offset, "a quote without its end");
  const character = String.fromCodePoint(text.codePointAt(offset)!);
  return new NotationError({ text }, offset, `${JSON.stringify(character)} has no meaning here`);
}
