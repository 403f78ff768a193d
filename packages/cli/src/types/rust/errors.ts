import { SourceError } from "../../schema/index.js";

/** Something in a Rust source that has no codec, or that is no Rust. The message names file, line and column. */
export class RustSourceError extends SourceError {
  override readonly name: string = "RustSourceError";
}

/** A Rust file. */
export interface RustSource {
  /** What it is called in messages. */
  readonly name: string;
  readonly text: string;
}
