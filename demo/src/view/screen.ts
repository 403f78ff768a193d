import type { WriteStream } from "node:tty";

const PLAIN_INTERVAL_MS = 1000;

/** What the screen is drawn on: a terminal, or a log. */
export type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };

/** The live part of the output: on a terminal a table that is redrawn in place, with notes above it; in a log a table a second. */
export class Screen {
  readonly #output: Output;
  #table: readonly string[] = [];
  #drawn = 0;
  #lastMs = -Infinity;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Says something that stays. */
  note(line: string): void {
    this.#output.write(`${this.#erase()}${line}\n${this.#draw()}`);
  }

  /** Shows the table as it is now. @param nowMs a monotonic clock */
  show(table: readonly string[], nowMs: number): void {
    this.#table = table;
    if (this.#output.isTTY) this.#output.write(this.#erase() + this.#draw());
    else if (nowMs - this.#lastMs >= PLAIN_INTERVAL_MS) {
      this.#lastMs = nowMs;
      this.#output.write(`${table.join("\n")}\n`);
    }
  }

  /** Leaves the table as it is: what is said next comes below it. */
  end(): void {
    this.#table = [];
    this.#drawn = 0;
  }

  #erase(): string {
    return this.#drawn === 0 ? "" : `\x1b[${this.#drawn}F\x1b[J`;
  }

  #draw(): string {
    if (!this.#output.isTTY) return "";
    // A line that wraps would spoil the count of lines to go up again.
    const width = this.#output.columns ?? 80;
    this.#drawn = this.#table.length;
    return this.#table.map((line) => `${line.slice(0, width - 1)}\n`).join("");
  }
}
