import { CliError, EXIT } from "../exit.js";

const LINE_SHOWN_MAX = 100;

/** A type that cannot be, or cannot be said in another language. */
export class SchemaError extends CliError {
  /** Where in the source it stands, as a UTF-16 offset, if that is known. */
  readonly at: number | undefined;

  constructor(message: string, details: { at?: number | undefined; advice?: string | undefined } = {}) {
    super(EXIT.usage, message, details.advice === undefined ? {} : { advice: details.advice });
    this.at = details.at;
  }
}

/** What is wrong with a text, and where. The message ends with the line in question and a caret below the place. */
export class SourceError extends CliError {
  /** What is wrong, without the place. */
  readonly reason: string;
  /** From 0, in UTF-16 units, as `String` counts. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;

  constructor(
    source: { readonly text: string; readonly name?: string | undefined },
    offset: number,
    reason: string,
    advice?: string,
  ) {
    const place = placeOf(source.text, offset);
    const where =
      source.name === undefined
        ? `${reason} (line ${place.line}, column ${place.column})`
        : `${source.name}:${place.line}:${place.column}: ${reason}`;
    super(EXIT.usage, `${where}\n${caretLine(source.text, offset)}`, advice === undefined ? {} : { advice });
    this.reason = reason;
    this.offset = offset;
    this.line = place.line;
    this.column = place.column;
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: [...before.slice(start)].length + 1 };
}

/** The line of an offset and a caret below it; of a long line what is around. */
function caretLine(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end < 0 ? undefined : end);
  const from = Math.max(0, Math.min(offset - start - LINE_SHOWN_MAX / 2, line.length - LINE_SHOWN_MAX));
  const head = from > 0 ? "…" : "";
  const tail = from + LINE_SHOWN_MAX < line.length ? "…" : "";
  // Whatever else would move the caret, or the cursor of a terminal.
  const shown = line.slice(from, from + LINE_SHOWN_MAX).replace(/\p{C}/gu, " ");
  const indent = [...line.slice(from, offset - start)].length + head.length;
  return `  ${head}${shown}${tail}\n  ${" ".repeat(indent)}^`;
}
