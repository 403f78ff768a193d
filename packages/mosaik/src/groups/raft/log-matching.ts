import { equalBytes } from "../../primitives/index.js";
import type { Index } from "../positions.js";
import type { LogStorage } from "../storage/storage.js";
import { equalFingerprints } from "./fingerprint.js";
import type { FingerprintedLog } from "./fingerprinted-log.js";
import type { AppendEntries } from "./messages.js";

/** How the entries of a leader join on to our log (spec 05 §6.4). */
export type LogMatch =
  /** We hold the first `held` of them; if there is a conflict, our entry at that place is another than the next one. */
  | {
      readonly kind: "joins";
      readonly held: number;
      readonly conflictAt: Index | undefined;
      readonly isProven: boolean;
    }
  /** There is nothing of ours where they join on. */
  | { readonly kind: "missing" }
  /** Our entry where they join on has another term. */
  | { readonly kind: "conflicts"; readonly at: Index }
  /** Our entry there has the same term, but something up to there is another. */
  | { readonly kind: "differs" };

/** @param usesFingerprints whether to look at them where both sides know them */
export function matchLog(log: FingerprintedLog, message: AppendEntries, usesFingerprints: boolean): LogMatch {
  const { prev, entries } = message;
  const last = log.last();
  const term = prev.index === last.index ? last.term : log.termAt(prev.index);
  if (term === undefined && !isPruned(log, message)) return { kind: "missing" };
  if (term !== undefined && term !== prev.term) return { kind: "conflicts", at: prev.index };
  const ours = usesFingerprints && message.fingerprint !== undefined ? log.fingerprintAt(prev.index) : undefined;
  if (ours !== undefined && !equalFingerprints(ours, message.fingerprint!)) return { kind: "differs" };
  const isProven = ours !== undefined;
  if (prev.index >= last.index) return { kind: "joins", held: 0, conflictAt: undefined, isProven };
  for (let held = 0; held < entries.length; held++) {
    const index = prev.index + 1 + held;
    if (index > last.index) return { kind: "joins", held, conflictAt: undefined, isProven };
    if (!isSame(log, index, entries[held]!)) return { kind: "joins", held, conflictAt: index, isProven };
  }
  return { kind: "joins", held: entries.length, conflictAt: undefined, isProven };
}

/** What was pruned was committed; a later term there is a contradiction all the same, which a conflict behind it will show. */
function isPruned(log: LogStorage, { prev }: AppendEntries): boolean {
  return prev.index < log.available().start;
}

function isSame(log: LogStorage, index: Index, entry: AppendEntries["entries"][number]): boolean {
  const held = log.get(index);
  if (held === undefined) return entry.term <= (log.termAt(log.available().start) ?? 0);
  return held.term === entry.term && equalBytes(held.command, entry.command);
}
