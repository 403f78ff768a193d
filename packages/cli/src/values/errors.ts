import { CliError, EXIT } from "../exit.js";

/** A value that is not of the type that it should be of. */
export class ValueError extends CliError {
  override readonly name: string = "ValueError";
  /** Where inside the value, such as `items[3].name`; empty for the value itself. */
  readonly path: string;

  constructor(path: string, reason: string, details: { advice?: string; cause?: unknown } = {}) {
    super(EXIT.usage, path === "" ? reason : `${path}: ${reason}`, details);
    this.path = path;
  }
}
