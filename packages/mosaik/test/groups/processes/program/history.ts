import { openSync, readFileSync, writeSync } from "node:fs";
import type { GroupRecord } from "mosaik/testing";

/** A line of a member's history: what is judged by `checkHistory`, and what is judged beside that, or only to be read. */
export type HistoryLine =
  | GroupRecord
  /** Something that should not be, whatever goes wrong around the member. */
  | { readonly kind: "complaint"; readonly text: string }
  | { readonly kind: "failedQuery"; readonly consistency: "weak" | "strong"; readonly code: string }
  /** What happened in the group, by `GroupEvent`. */
  | { readonly kind: "event"; readonly name: string; readonly peer: string | undefined; readonly text: string };

/** Writes a history so that a process killed at any moment has lost nothing of it: a line is with the system before what it tells goes on. */
export class HistoryWriter {
  readonly #file: number;
  readonly #startMs = performance.now();

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(line: HistoryLine): void {
    const atMs = Math.round(performance.now() - this.#startMs);
    writeSync(this.#file, `${JSON.stringify({ atMs, ...line })}\n`);
  }
}

/** What was written so far. */
export function readHistory(path: string): HistoryLine[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop(); // nothing, or what a killed process was writing
  return lines.map((line) => JSON.parse(line) as HistoryLine);
}
