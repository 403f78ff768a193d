import { t, type Codec } from "@mosaik/postcard";
import { boundedSequence } from "../../bounded-sequence.js";
import { indexRangeCodec, termCodec, type IndexRange } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";

/** Entries in one answer. Members give as many as the batch size says, at most. */
export const FETCHED_ENTRIES_MAX = 1024 * 1024;

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

export const logReplayMessageCodec: Codec<LogReplayMessage> = t.enum({
  availabilityRequest: t.unit,
  availabilityResponse: indexRangeCodec,
  fetchEntriesRequest: indexRangeCodec,
  fetchEntriesResponse: t.struct({
    range: indexRangeCodec,
    entries: boundedSequence(fetchedEntryCodec, FETCHED_ENTRIES_MAX),
  }),
});
