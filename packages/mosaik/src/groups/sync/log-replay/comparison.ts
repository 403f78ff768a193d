import { equalBytes } from "../../../primitives/index.js";
import type { Index, IndexRange } from "../../positions.js";
import type { LogEntry, LogStorage } from "../../storage/storage.js";
import type { FetchedEntries } from "./protocol.js";

/** The first of these entries that the log has not, or another in its place. @param start the place of the first of them */
export function firstDifference(
  log: Pick<LogStorage, "get" | "termAt">,
  start: Index,
  entries: readonly LogEntry[],
): Index | undefined {
  for (const [i, entry] of entries.entries()) {
    const held = log.get(start + i);
    // Of the boundary only the term is left.
    const isSame = held === undefined ? log.termAt(start + i) === entry.term : isSameEntry(held, entry);
    if (!isSame) return start + i;
  }
  return undefined;
}

export function isSameEntry(one: LogEntry, other: LogEntry): boolean {
  return one.term === other.term && equalBytes(one.command, other.command);
}

/** Whether an answer is the beginning of what was asked for, or all of it, and may be a part of a log. */
export function isAsAsked(request: IndexRange, { range, entries }: FetchedEntries): boolean {
  if (range.start !== request.start || range.end < range.start || range.end > request.end) return false;
  if (entries.length !== range.end - range.start + 1) return false;
  return entries.every(({ term }, i) => i === 0 || term >= entries[i - 1]!.term);
}
