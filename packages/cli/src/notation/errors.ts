import { SourceError } from "../schema/index.js";

/** A text of the notation that is no type. It says what was expected, and shows the place with a caret. */
export class NotationError extends SourceError {
  override readonly name: string = "NotationError";
}
