import { styleText } from "node:util";
import { printJson, type JsonValue } from "./json.js";

/** Longer than this, and a person wants to know what is going on. */
const PROGRESS_AFTER_MS = 1000;

type Stream = NodeJS.WriteStream;
type Style = Parameters<typeof styleText>[0];

/** What the command says: results on stdout, as JSON or for people; everything else on stderr. */
export class Output {
  readonly isJson: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;
  readonly #isQuiet: boolean;

  constructor(
    options: { readonly json?: boolean | undefined; readonly quiet?: boolean | undefined },
    stdout: Stream = process.stdout,
    stderr: Stream = process.stderr,
  ) {
    this.isJson = options.json ?? false;
    this.#isQuiet = options.quiet ?? false;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** One result: a line of JSON with `--json`, else the text for people. */
  result(value: JsonValue, text: string | (() => string)): void {
    this.#stdout.write(`${this.isJson ? printJson(value) : typeof text === "string" ? text : text()}\n`);
  }

  /** Results as a table under a heading; with `--json`, each on a line of its own. */
  table(headings: readonly string[], rows: readonly { readonly json: JsonValue; readonly cells: readonly string[] }[]) {
    if (this.isJson) {
      for (const { json } of rows) this.result(json, "");
      return;
    }
    const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map(({ cells }) => cells[i]!.length)));
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd();
    this.#stdout.write(`${this.paint("bold", line(headings))}\n`);
    for (const { cells } of rows) this.#stdout.write(`${line(cells)}\n`);
  }

  /** What a person should know beside the results; not with `--quiet`. */
  note(text: string): void {
    if (!this.#isQuiet) this.#stderr.write(`${text}\n`);
  }

  /** What may do harm if it is overlooked. */
  warn(text: string): void {
    this.#stderr.write(`${this.#paintOn(this.#stderr, "yellow", "warning:")} ${text}\n`);
  }

  fail(text: string, advice?: string): void {
    this.#stderr.write(`${this.#paintOn(this.#stderr, "red", "error:")} ${text}\n`);
    if (advice !== undefined) this.#stderr.write(`${advice}\n`);
  }

  /**
   * Says what is waited for, once it has taken a second: on a terminal with the seconds in one line that goes away again, else in a single line.
   */
  async during<T>(what: string, work: Promise<T>): Promise<T> {
    if (this.#isQuiet) return work;
    const startMs = performance.now();
    const isTerminal = this.#stderr.isTTY;
    const show = () => {
      const seconds = Math.round((performance.now() - startMs) / 1000);
      if (isTerminal) this.#stderr.write(`\r\u001B[2K${what} … ${seconds} s`);
      else this.#stderr.write(`${what} …\n`);
    };
    let repeat: NodeJS.Timeout | undefined;
    const first = setTimeout(() => {
      show();
      if (isTerminal) repeat = setInterval(show, PROGRESS_AFTER_MS);
    }, PROGRESS_AFTER_MS);
    try {
      return await work;
    } finally {
      clearTimeout(first);
      clearInterval(repeat);
      if (repeat !== undefined) this.#stderr.write("\r\u001B[2K");
    }
  }

  /** Text in a colour, on a terminal that shows them (NO_COLOR, FORCE_COLOR). */
  paint(style: Style, text: string): string {
    return this.#paintOn(this.#stdout, style, text);
  }

  #paintOn(stream: Stream, style: Style, text: string): string {
    return styleText(style, text, { stream, validateStream: true });
  }
}
