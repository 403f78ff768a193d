import { t, type Codec } from "@mosaik/postcard";
import { boundedSequence } from "../../bounded-sequence.js";
import { indexRangeCodec, termCodec, type IndexRange } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";

/** Entries of the log, as one member gives them to another. */
export interface FetchedEntries {
  readonly range: IndexRange;
  readonly entries: readonly LogEntry[];
}

/** What members that are behind and those that help them tell each other (spec 05 §7.3). */
export type LogReplayMessage =
  | { readonly kind: "availabilityRequest" }
  /** From the boundary, which is no entry, to the last entry that the sender vouches for. */
  | { readonly kind: "availabilityResponse"; readonly value: IndexRange }
  | { readonly kind: "fetchEntriesRequest"; readonly value: IndexRange }
  | { readonly kind: "fetchEntriesResponse"; readonly value: FetchedEntries };

/** The command is before the term: the other way round than in the messages of the log (spec 05 §18). */
const fetchedEntryCodec: Codec<LogEntry> = t.struct({ command: t.bytes, term: termCodec });

/**
 * @param entriesMax the most entries of one answer that are accepted: the batch size, which members do not exceed. An entry takes two bytes
 * on the wire and 270 in memory
 */
export function logReplayMessageCodec(entriesMax: number): Codec<LogReplayMessage> {
  return t.enum({
    availabilityRequest: t.unit,
    availabilityResponse: indexRangeCodec,
    fetchEntriesRequest: indexRangeCodec,
    fetchEntriesResponse: t.struct({
      range: indexRangeCodec,
      entries: boundedSequence(fetchedEntryCodec, entriesMax),
    }),
  });
}
