import { RustSourceError, type RustSource } from "./errors.js";
import type { RustType } from "./syntax.js";
import { tokensOf, type Token } from "./tokens.js";

const OPENING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const NESTING_MAX = 64;
/** What types of one's data cannot begin with. */
const FOREIGN: Readonly<Record<string, string>> = {
  dyn: "a trait object",
  impl: "an impl type",
  fn: "a function pointer",
  unsafe: "a function pointer",
  extern: "a function pointer",
  for: "a type over all lifetimes",
};

/** A place in the tokens of a Rust file, and what can be read there. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nesting = 0;

  constructor(readonly source: RustSource) {
    this.#tokens = tokensOf(source);
  }

  get peek(): Token {
    return this.#tokens[this.#next]!;
  }

  /** The token behind the next `count` ones. */
  ahead(count: number): Token | undefined {
    return this.#tokens[this.#next + count];
  }

  get isDone(): boolean {
    return this.peek.kind === "end";
  }

  /** Takes the token that is next. */
  take(): Token {
    const token = this.peek;
    if (token.kind !== "end") this.#next++;
    return token;
  }

  isAt(text: string): boolean {
    const { kind } = this.peek;
    return (kind === "mark" || kind === "name") && this.peek.text === text;
  }

  takeIf(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.#next++;
    return true;
  }

  expect(text: string): void {
    if (!this.takeIf(text)) throw this.expected(text);
  }

  name(): string {
    if (this.peek.kind !== "name") throw this.expected("a name");
    return this.take().text;
  }

  expected(what: string): RustSourceError {
    const { kind, text } = this.peek;
    return this.wrong(`expected ${what}, found ${kind === "end" ? "the end of the file" : text}`);
  }

  wrong(reason: string, at = this.peek.offset, advice?: string): RustSourceError {
    return new RustSourceError(this.source, at, reason, advice);
  }

  /** Runs `read`, which may run itself within itself only so often. */
  nested<T>(read: () => T): T {
    if (++this.#nesting > NESTING_MAX) throw this.wrong(`more than ${NESTING_MAX} levels`);
    const value = read();
    this.#nesting--;
    return value;
  }

  /** The tokens between the bracket that is next and the one that closes it; both are passed. */
  group(): readonly Token[] {
    const open = this.take();
    const waiting = [OPENING[open.text]];
    const start = this.#next;
    while (waiting.length > 0) {
      const token = this.take();
      if (token.kind === "end") throw this.wrong(`${open.text} without its ${OPENING[open.text]}`, open.offset);
      if (token.kind !== "mark") continue;
      const closing = OPENING[token.text];
      if (closing !== undefined) waiting.push(closing);
      else if (token.text === waiting.at(-1)) waiting.pop();
    }
    return this.#tokens.slice(start, this.#next - 1);
  }

  /** Passes everything up to one of these marks outside of brackets, which is not passed; the tokens. */
  until(...marks: string[]): readonly Token[] {
    const start = this.#next;
    while (!this.isDone && !(this.peek.kind === "mark" && marks.includes(this.peek.text))) {
      if (this.peek.kind === "mark" && OPENING[this.peek.text] !== undefined) this.group();
      else this.take();
    }
    return this.#tokens.slice(start, this.#next);
  }

  /** Passes parameters such as `<'a, T: Ord>`, if there are any. */
  generics(): number | undefined {
    if (!this.isAt("<")) return undefined;
    const at = this.peek.offset;
    let depth = 0;
    do {
      const { kind, text } = this.take();
      if (kind === "end") throw this.wrong("< without its >", at);
      if (kind === "mark") depth += text === "<" ? 1 : text === ">" ? -1 : 0;
    } while (depth > 0);
    return at;
  }

  type(): RustType {
    return this.nested(() => this.#type());
  }

  #type(): RustType {
    const { kind, text, offset: at } = this.peek;
    if (kind === "name" && Object.hasOwn(FOREIGN, text)) throw this.#foreign(FOREIGN[text]!);
    if (kind !== "mark" && kind !== "name") throw this.expected("a type");
    switch (kind === "mark" ? text : "") {
      case "(":
        return this.#tuple(at);
      case "[":
        return this.#bracketed(at);
      case "&":
        this.take();
        if (this.peek.kind === "lifetime") this.take();
        if (this.isAt("mut")) throw this.#foreign("a mutable reference");
        return { kind: "ref", item: this.type(), at };
      case "*":
        throw this.#foreign("a raw pointer");
      case "!":
        throw this.#foreign("the never type");
      case "<":
        throw this.#foreign("a path through a trait");
      default:
        return this.#path(at);
    }
  }

  #tuple(at: number): RustType {
    this.take();
    const items: RustType[] = [];
    let hasComma = false;
    while (!this.takeIf(")")) {
      items.push(this.type());
      hasComma = this.takeIf(",");
      if (!hasComma && !this.isAt(")")) throw this.expected(", or )");
    }
    return items.length === 1 && !hasComma ? items[0]! : { kind: "tuple", items, at };
  }

  #bracketed(at: number): RustType {
    this.take();
    const item = this.type();
    if (this.takeIf("]")) return { kind: "slice", item, at };
    this.expect(";");
    const length = this.until("]");
    this.expect("]");
    return { kind: "array", item, length, at };
  }

  #path(at: number): RustType {
    const segments: string[] = [];
    let args: readonly RustType[] = [];
    if (this.takeIf("::")) segments.push("::");
    do {
      segments.push(this.name());
      if (this.isAt("!")) throw this.wrong("a macro in place of a type", at, "Write out what it stands for.");
      if (this.isAt("<")) args = this.#args();
    } while (this.takeIf("::"));
    return { kind: "path", segments, args, at };
  }

  /** `<'a, T, U>`, of which lifetimes are passed over: they leave no trace in bytes. */
  #args(): RustType[] {
    this.expect("<");
    const args: RustType[] = [];
    while (!this.takeIf(">")) {
      if (this.peek.kind === "lifetime") this.take();
      else args.push(this.type());
      if (!this.takeIf(",") && !this.isAt(">")) throw this.expected(", or >");
    }
    return args;
  }

  #foreign(what: string): RustSourceError {
    return this.wrong(
      `${what} is not data`,
      this.peek.offset,
      "Only types that serde writes by themselves have a codec.",
    );
  }
}
