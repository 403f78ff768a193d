import { SourceError } from "../schema/index.js";

/** How deep a JSON text may nest. */
export const JSON_DEPTH_MAX = 512;

/** A JSON value that has lost nothing: numbers keep their digits, objects their order and repetitions. */
export type Json = null | boolean | string | JsonNumber | JsonObject | readonly Json[];

/** A number as it is written. */
export class JsonNumber {
  constructor(readonly text: string) {}

  /** Whether it has neither a fraction nor an exponent: what serde takes for integers. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text);
  }
}

/** The members of an object, as they follow each other. */
export class JsonObject {
  constructor(readonly members: readonly (readonly [name: string, value: Json])[]) {}
}

/** A text that is not JSON. */
export class JsonSyntaxError extends SourceError {
  override readonly name: string = "JsonSyntaxError";
}

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS: readonly (readonly [string, null | boolean])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
];

/** Reads a JSON text (RFC 8259) without loss. @throws JsonSyntaxError */
export function parseJson(text: string): Json {
  const reader = new JsonReader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class JsonReader {
  #offset = 0;
  #depth = 0;

  constructor(private readonly text: string) {}

  value(): Json {
    this.#match(BLANK);
    const first = this.text[this.#offset];
    if (first === "{" || first === "[") return this.#nested(first);
    if (first === '"') return this.#string();
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.#offset)) continue;
      this.#offset += word.length;
      return value;
    }
    const digits = this.#match(NUMBER);
    if (digits === "") throw this.#wrong(first === undefined ? "expected a value, found the end" : "expected a value");
    return new JsonNumber(digits);
  }

  end(): void {
    this.#match(BLANK);
    if (this.#offset < this.text.length) throw this.#wrong("expected the end");
  }

  #nested(first: string): Json {
    if (++this.#depth > JSON_DEPTH_MAX) throw this.#wrong(`more than ${JSON_DEPTH_MAX} levels`);
    this.#offset++;
    const value = first === "[" ? this.#items() : this.#members();
    this.#depth--;
    return value;
  }

  #items(): Json[] {
    const items: Json[] = [];
    if (this.#take("]")) return items;
    do items.push(this.value());
    while (this.#take(","));
    if (!this.#take("]")) throw this.#wrong("expected , or ]");
    return items;
  }

  #members(): JsonObject {
    const members: [string, Json][] = [];
    if (this.#take("}")) return new JsonObject(members);
    do {
      this.#match(BLANK);
      const name = this.#string();
      if (!this.#take(":")) throw this.#wrong("expected :");
      members.push([name, this.value()]);
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#wrong("expected , or }");
    return new JsonObject(members);
  }

  #string(): string {
    const start = this.#offset;
    const quoted = this.#match(STRING);
    if (quoted === "") {
      throw this.#wrong(
        this.text[start] === '"' ? "a string that is not closed, or has a bad escape" : "expected a string",
      );
    }
    return JSON.parse(quoted) as string;
  }

  #take(mark: string): boolean {
    this.#match(BLANK);
    if (this.text[this.#offset] !== mark) return false;
    this.#offset++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.#offset += found.length;
    return found;
  }

  #wrong(reason: string): JsonSyntaxError {
    return new JsonSyntaxError({ text: this.text }, this.#offset, `no JSON: ${reason}`);
  }
}
