import { Codec } from "../codec.js";

/** A step into a value: a field's name, a position known beforehand, or `INDEX`. */
export type Step = string | number | typeof INDEX;

/** The position in the list that the function loops over, which only the run tells. */
export const INDEX = Symbol("index");

/** A function that writes or reads one codec's values, while its text is gathered. `w` or `r` is its writer or reader. */
export interface Emitter {
  /** The name of something that the text cannot spell: a codec, a function, a frozen value. */
  constant(value: unknown): string;
  /** Adds statements. */
  line(text: string): void;
  /** Keeps the value of an expression. @returns the variable's name */
  keep(expression: string): string;
  /** Declares a variable that branches assign. @returns its name */
  declare(): string;
  /** Adds what `body` emits; errors of it are a step further inside the value. */
  within<R>(step: Step, body: () => R): R;
  /** Errors of what follows are where they were before the last `within`. */
  back(): void;
  /** Adds a loop over `count` items (an expression), `i` being the index. There is one to a function. */
  loop(count: string, body: () => void): void;
  /** Adds what writes the value of an expression. */
  write(codec: Codec<unknown>, value: string): void;
  /** Adds what reads a value. @returns an expression to be used once, or a variable */
  read(codec: Codec<unknown>): string;
}

/** A codec whose code can stand inside that of the codecs it is a part of. */
export abstract class EmittingCodec<T> extends Codec<T> {
  /** Whether it is to stand inside others. */
  abstract get isInlined(): boolean;

  /** Adds what `write` does with the value in a variable. */
  abstract emitWrite(code: Emitter, value: string): void;

  /** Adds what `read` does. @returns an expression of the value, to be used once */
  abstract emitRead(code: Emitter): string;
}
