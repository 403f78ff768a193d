import { shortText } from "./short-text.js";

/** Texts of so many bytes are looked up. Shorter ones are made faster than found; longer ones come again less often. */
const BYTES_MIN = 8;
const BYTES_MAX = 64;
const WORD_BYTES = 4;
const SLOT_WORDS = BYTES_MAX / WORD_BYTES;
const SLOT_BITS = 8;
const SLOTS = 2 ** SLOT_BITS;

/** One text for each slot, which its hash gives: the newest of those that came twice in a row. All are ASCII. */
const texts = new Array<string>(SLOTS).fill("");
/** The bytes of the texts: words from the first byte on, and the word that ends with the last byte. */
const words = new Int32Array(SLOTS * SLOT_WORDS);
/** The hash of the last text that each slot was asked for and did not have. */
const missed = new Int32Array(SLOTS);

/**
 * As `shortText`, for texts that come again and again, as names and ids do: they cost a comparison, and no memory. Other texts hardly
 * pay for it, as only what comes twice is kept.
 *
 * @param view a view of exactly `bytes`
 */
export function recentText(bytes: Uint8Array, view: DataView, start: number, count: number): string | undefined {
  if (count < BYTES_MIN || count > BYTES_MAX) return shortText(bytes, start, count);
  const last = start + count - WORD_BYTES;
  const hash = hashOf(view, start, last);
  const slot = hash >>> (32 - SLOT_BITS);
  const known = texts[slot]!;
  if (known.length === count && isAt(slot, view, start, last)) return known;
  const text = shortText(bytes, start, count);
  if (missed[slot] !== hash) missed[slot] = hash;
  // As many characters as bytes: ASCII, of which any bytes that are equal are the same text.
  else if (text?.length === count) keep(slot, text, view, start, last);
  return text;
}

/** Looks at the first word, the last one, and one in the middle. */
function hashOf(view: DataView, start: number, last: number): number {
  const middle = view.getInt32((start + last) >>> 1, true);
  const ends = view.getInt32(start, true) ^ Math.imul(view.getInt32(last, true), 0x85eb_ca6b);
  return Math.imul(ends ^ Math.imul(middle, 0xc2b2_ae35), 0x9e37_79b1);
}

function isAt(slot: number, view: DataView, start: number, last: number): boolean {
  let word = slot * SLOT_WORDS;
  for (let at = start; at < last; at += WORD_BYTES) if (view.getInt32(at, true) !== words[word++]) return false;
  return view.getInt32(last, true) === words[word];
}

function keep(slot: number, text: string, view: DataView, start: number, last: number): void {
  let word = slot * SLOT_WORDS;
  for (let at = start; at < last; at += WORD_BYTES) words[word++] = view.getInt32(at, true);
  words[word] = view.getInt32(last, true);
  texts[slot] = text;
}
