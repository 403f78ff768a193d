import type { Codec } from "../codec.js";
import { locate } from "../errors.js";
import { EmittingCodec, INDEX, type Emitter, type Step } from "./emitting.js";

/**
 * How many codecs stand inside one function; the others are called. Above it V8 inlines no more and takes long to
 * optimize.
 */
const INLINED_MAX = 100;

/** Where a function was when an error passed through it. */
type Trace = readonly Step[];

/**
 * The text of one function. Everything is by name: the text holds names of fields and variants as JSON strings,
 * numbers, and the names that this class gives; nothing else of what a schema says gets into it.
 */
export class Code implements Emitter {
  readonly constants: unknown[] = [];
  /** The places that the variable `p` numbers. */
  private readonly traces: Trace[] = [[]];
  private readonly lines: string[] = [];
  private readonly names = new Map<unknown, string>();
  private path: Trace = [];
  private place = 0;
  private variables = 0;
  private inlined = 0;

  constant(value: unknown): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const name = `k${this.constants.push(value) - 1}`;
    this.names.set(value, name);
    return name;
  }

  line(text: string): void {
    this.lines.push(text);
  }

  keep(expression: string): string {
    if (/^x\d+$/.test(expression)) return expression;
    const name = `x${this.variables++}`;
    this.line(`const ${name} = ${expression};`);
    return name;
  }

  declare(): string {
    const name = `x${this.variables++}`;
    this.line(`let ${name};`);
    return name;
  }

  within<R>(step: Step, body: () => R): R {
    const { path, place } = this;
    this.path = [...path, step];
    this.place = this.traces.push(this.path) - 1;
    this.back();
    const result = body();
    this.path = path;
    this.place = place;
    return result;
  }

  back(): void {
    if (this.traces.length === 1) return;
    this.line(`p = ${this.place};`);
  }

  loop(count: string, body: () => void): void {
    this.line(`for (; i < ${count}; i++) {`);
    this.within(INDEX, body);
    this.line("}");
    this.back();
  }

  write(codec: Codec<unknown>, value: string): void {
    if (this.inlines(codec)) codec.emitWrite(this, this.keep(value));
    else this.line(`${this.constant(codec)}.write(w, ${value});`);
  }

  read(codec: Codec<unknown>): string {
    return this.keep(this.inlines(codec) ? codec.emitRead(this) : `${this.constant(codec)}.read(r)`);
  }

  /** The statements of a factory, to be called with the constants, of the function with these parameters. */
  factory(parameters: string): string {
    const statements = this.lines.join("\n");
    if (this.traces.length === 1) return `"use strict";\nreturn function (${parameters}) {\n${statements}\n};`;
    return `"use strict";
return function (${parameters}) {
let p = 0, i = 0;
try {
${statements}
} catch (error) {
${this.constant(locateAt)}(error, ${this.constant(this.traces)}[p], i);
throw error;
}
};`;
  }

  private inlines(codec: Codec<unknown>): codec is EmittingCodec<unknown> {
    return codec instanceof EmittingCodec && codec.isInlined && ++this.inlined <= INLINED_MAX;
  }
}

/** A property in the text, as a member or in an object literal. */
export function property(name: string): string {
  if (name === "__proto__") throw new TypeError(`a property cannot be named ${name}`);
  return JSON.stringify(name);
}

function locateAt(error: unknown, trace: Trace, index: number): void {
  for (const step of trace.toReversed()) locate(error, step === INDEX ? index : step);
}
