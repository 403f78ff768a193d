import { isJsonInteger, type Json } from "./json.js";

/** How deep serde_json reads arrays and objects within each other. */
const DEPTH_MAX = 127;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const BLANK = /[ \t\n\r]*/y;
const HEX = /[0-9a-fA-F]{4}/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Reads what serde_json reads, and nothing else. @throws SyntaxError */
export function parseJson(bytes: Uint8Array): Json {
  const parser = new Parser(textOf(bytes));
  return parser.whole(() => parser.value());
}

/** The members of a JSON object in their order, with those that are there twice. @throws SyntaxError */
export function parseJsonMembers(bytes: Uint8Array): [string, Json][] {
  const parser = new Parser(textOf(bytes));
  return parser.whole(() => parser.members());
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new SyntaxError("not UTF-8", { cause: error });
  }
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** One value, and nothing after it. */
  whole<T>(read: () => T): T {
    const value = read();
    this.#match(BLANK);
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  value(): Json {
    this.#match(BLANK);
    switch (this.#text[this.#at]) {
      case "{":
        return new Map(this.members());
      case "[":
        return this.#items();
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  members(): [string, Json][] {
    const members: [string, Json][] = [];
    this.#enclosed("{", "}", () => {
      this.#match(BLANK);
      const name = this.#string();
      this.#match(BLANK);
      this.#expect(":");
      members.push([name, this.value()]);
    });
    return members;
  }

  #items(): Json[] {
    const items: Json[] = [];
    this.#enclosed("[", "]", () => items.push(this.value()));
    return items;
  }

  #enclosed(open: string, close: string, readOne: () => void): void {
    this.#match(BLANK);
    this.#expect(open);
    if (++this.#depth > DEPTH_MAX) throw new SyntaxError(`nested deeper than ${DEPTH_MAX}`);
    this.#match(BLANK);
    if (this.#text[this.#at] !== close) {
      for (;;) {
        readOne();
        this.#match(BLANK);
        if (this.#text[this.#at] !== ",") break;
        this.#at++;
      }
    }
    this.#expect(close);
    this.#depth--;
  }

  #string(): string {
    this.#expect('"');
    let value = "";
    for (;;) {
      value += this.#match(PLAIN)!;
      if (this.#text[this.#at] === '"') break;
      this.#expect("\\");
      value += this.#escape();
    }
    this.#at++;
    return value;
  }

  #escape(): string {
    const character = this.#text[this.#at++];
    if (character !== "u") {
      const value = character === undefined ? undefined : ESCAPES[character];
      if (value === undefined) throw this.#unexpected();
      return value;
    }
    const unit = this.#unit();
    if ((unit & 0xf800) !== 0xd800) return String.fromCharCode(unit);
    // A text of Rust holds no half of a pair.
    this.#expect("\\");
    this.#expect("u");
    const low = this.#unit();
    if (unit >= 0xdc00 || (low & 0xfc00) !== 0xdc00) throw new SyntaxError("half of a surrogate pair");
    return String.fromCharCode(unit, low);
  }

  #unit(): number {
    const digits = this.#match(HEX);
    if (digits === undefined) throw this.#unexpected();
    return parseInt(digits, 16);
  }

  /** An integer where it has neither fraction nor exponent and fits into 64 bits; else a float, `-0` as well. */
  #number(): bigint | number {
    const text = this.#match(NUMBER);
    if (text === undefined) throw this.#unexpected();
    if (/^-?[0-9]{1,20}$/.test(text) && text !== "-0") {
      const integer = BigInt(text);
      if (isJsonInteger(integer)) return integer;
    }
    const value = Number(text);
    if (!Number.isFinite(value)) throw new SyntaxError("a number out of range");
    return value;
  }

  #word<T>(word: string, value: T): T {
    for (const character of word) this.#expect(character);
    return value;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#unexpected();
    this.#at++;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #unexpected(): SyntaxError {
    const character = this.#text[this.#at];
    return new SyntaxError(`${character === undefined ? "the end" : JSON.stringify(character)} at ${this.#at}`);
  }
}
