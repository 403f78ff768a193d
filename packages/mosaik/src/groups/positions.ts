import { t, type Codec } from "@mosaik/postcard";

/** The number of an election: 0 before the first. On the wire a u64; here a number, checked against 2^53 (spec 05 §8). */
export type Term = number;

/** The place of a command in the log: the first has 1, and 0 stands for "none" (spec 05 §8). */
export type Index = number;

/** A place in the log, and the term of the command there. */
export interface Cursor {
  readonly term: Term;
  readonly index: Index;
}

/** Places in the log, both ends included. */
export interface IndexRange {
  readonly start: Index;
  readonly end: Index;
}

/** Before the first command. */
export const ORIGIN: Cursor = { term: 0, index: 0 };

/** Negative, zero or positive: by term, then by index. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return a.term === b.term ? a.index - b.index : a.term - b.term;
}

export const termCodec: Codec<Term> = t.u64.asNumber();
export const indexCodec: Codec<Index> = t.u64.asNumber();
export const cursorCodec: Codec<Cursor> = t.struct({ term: termCodec, index: indexCodec });
export const indexRangeCodec: Codec<IndexRange> = t.struct({ start: indexCodec, end: indexCodec });
