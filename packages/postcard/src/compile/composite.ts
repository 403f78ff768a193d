import type { Codec } from "../codec.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import { Code } from "./code.js";
import { EmittingCodec } from "./emitting.js";
import { generate } from "./generate.js";

type Write<T> = (writer: Writer, value: T) => void;
type Read<T> = (reader: Reader) => T;

/**
 * A codec made of others. On first use it is compiled into one function to write and one to read; where that is not
 * allowed, or not wanted (`interpreted`), it asks its parts in turn. Both ways give the same bytes, values and errors.
 */
export abstract class CompositeCodec<T> extends EmittingCodec<T> {
  private isInterpreted = false;
  private writeProgram: Write<T> | undefined;
  private readProgram: Read<T> | undefined;

  override get isInlined(): boolean {
    return this.isShort && !this.isInterpreted;
  }

  override write(writer: Writer, value: T): void {
    (this.writeProgram ??= this.compileWrite())(writer, value);
  }

  override read(reader: Reader): T {
    return (this.readProgram ??= this.compileRead())(reader);
  }

  override interpreted(): Codec<T> {
    if (this.isInterpreted) return this;
    const codec = super.interpreted() as CompositeCodec<T>;
    codec.isInterpreted = true;
    return codec;
  }

  /** Whether its code is short enough to be repeated in every codec that it is a part of. */
  protected abstract readonly isShort: boolean;

  /** `write`, by asking the parts. */
  protected abstract interpretWrite(writer: Writer, value: T): void;

  /** `read`, by asking the parts. */
  protected abstract interpretRead(reader: Reader): T;

  private compileWrite(): Write<T> {
    return (
      this.compile<Write<T>>("w, v", (code) => this.emitWrite(code, "v")) ??
      ((writer, value) => this.interpretWrite(writer, value))
    );
  }

  private compileRead(): Read<T> {
    return (
      this.compile<Read<T>>("r", (code) => code.line(`return ${this.emitRead(code)};`)) ??
      ((reader) => this.interpretRead(reader))
    );
  }

  private compile<F>(parameters: string, emit: (code: Code) => void): F | undefined {
    if (this.isInterpreted) return undefined;
    const code = new Code();
    emit(code);
    const text = code.factory(parameters);
    return generate<F>(text, Object.fromEntries(code.constants.map((value, i) => [`k${i}`, value])));
  }
}
