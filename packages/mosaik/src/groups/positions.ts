import { Codec, t, type Reader, type Shape, type Writer } from "@mosaik/postcard";

/** The number of an election: 0 before the first. On the wire a u64; here a number, checked against `TERM_MAX` (spec 05 §8). */
export type Term = number;

/** Far more elections than there will ever be: a message with a later term is a mistake or malice, and does not decode. */
export const TERM_MAX: Term = 2 ** 52;

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

/** A key for maps. */
export function cursorKey({ term, index }: Cursor): string {
  return `${term}:${index}`;
}

const numberCodec = t.u64.asNumber();

class TermCodec extends Codec<Term> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;

  override get minSize(): number {
    return numberCodec.minSize;
  }

  override write(writer: Writer, term: Term): void {
    numberCodec.write(writer, term);
  }

  override read(reader: Reader): Term {
    const start = reader.offset;
    const term = numberCodec.read(reader);
    if (term > TERM_MAX) throw reader.error("outOfRange", `no term is beyond ${TERM_MAX}`, start);
    return term;
  }
}

export const termCodec: Codec<Term> = new TermCodec();
export const indexCodec: Codec<Index> = t.u64.asNumber();
export const cursorCodec: Codec<Cursor> = t.struct({ term: termCodec, index: indexCodec });
export const indexRangeCodec: Codec<IndexRange> = t.struct({ start: indexCodec, end: indexCodec });
