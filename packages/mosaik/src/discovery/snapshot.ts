import { Writer, type Reader } from "@mosaik/postcard";
import { FRAME_HEADER_BYTES, writeFrameHeader, type SignedPeerEntry } from "../network/index.js";
import { PeerId } from "../primitives/index.js";

/** Some entries of a snapshot, encoded one behind the other. */
export interface EncodedEntries {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** When the first of them was updated. */
  readonly oldestMs: number;
  /** When the last of those was updated that were left out as stale. */
  readonly leftOutMs: number;
}

/** Encodes the entries that were updated since some moment; our own in any case. */
export function encodeEntries(
  entries: readonly SignedPeerEntry[],
  sinceMs: number,
  local?: SignedPeerEntry,
): EncodedEntries {
  const writer = new Writer(entries.reduce((sum, { encoded }) => sum + encoded.length, 0));
  let count = 0;
  let oldestMs = Infinity;
  let leftOutMs = -Infinity;
  for (const signed of entries) {
    const { updatedAtMs } = signed.entry;
    if (signed !== local && updatedAtMs < sinceMs) {
      leftOutMs = Math.max(leftOutMs, updatedAtMs);
      continue;
    }
    if (signed !== local) oldestMs = Math.min(oldestMs, updatedAtMs);
    writer.raw(signed.encoded);
    count++;
  }
  return { count, bytes: writer.bytes.subarray(0, writer.length), oldestMs, leftOutMs };
}

/** Whether the same entries would be encoded, and left out, again. */
export function isCurrent({ oldestMs, leftOutMs }: EncodedEntries, sinceMs: number): boolean {
  return leftOutMs < sinceMs && sinceMs <= oldestMs;
}

/** What comes before the entries of a snapshot in its frame: the frame's header and their number. */
export function snapshotHead(parts: readonly EncodedEntries[]): Uint8Array {
  const writer = new Writer(16);
  writer.ensure(FRAME_HEADER_BYTES);
  writer.length = FRAME_HEADER_BYTES;
  writer.varint(parts.reduce((sum, { count }) => sum + count, 0));
  const entriesBytes = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  writeFrameHeader(writer.bytes, 0, writer.length - FRAME_HEADER_BYTES + entriesBytes);
  return writer.take();
}

const ID_BYTES = 32;
/** What the signature behind an entry has. */
export const SIGNATURE_BYTES = 64;
/** The parts of an entry that are sets of ids: tags, streams, functions, groups. */
const ID_SETS = 4;

/** Where a signed entry is in a message, and whose it says it is. */
export interface EntryRange {
  readonly start: number;
  readonly end: number;
  readonly id: PeerId;
}

/**
 * Finds the end of the signed entry that begins at the reader's offset, without making anything of it: most entries of a snapshot
 * are known, byte by byte. What it passes over is checked by the codec, if that is needed at all.
 *
 * @throws DecodeError where the message ends inside the entry
 */
export function skimEntry(reader: Reader): EntryRange {
  const start = reader.offset;
  skip(reader, reader.byteLength());
  skip(reader, ID_BYTES);
  skipVarint(reader);
  skipVarint(reader);
  const idAt = reader.offset;
  skip(reader, ID_BYTES);
  const id = PeerId.fromBytes(reader.bytes.subarray(idAt, reader.offset));
  for (let left = reader.count(1); left > 0; left--) skipAddress(reader);
  for (let set = 0; set < ID_SETS; set++) skip(reader, reader.count(ID_BYTES) * ID_BYTES);
  for (let left = reader.count(2 * ID_BYTES); left > 0; left--) {
    skip(reader, 2 * ID_BYTES);
    skip(reader, reader.byteLength());
  }
  skip(reader, SIGNATURE_BYTES);
  return { start, end: reader.offset, id };
}

/** A `TransportAddr`: a relay's URL, an IP address of either version with its port, or something else. */
function skipAddress(reader: Reader): void {
  const kind = reader.u32();
  if (kind === 1) {
    skip(reader, reader.u32() === 0 ? 4 : 16);
    skipVarint(reader);
    return;
  }
  if (kind === 2) skipVarint(reader);
  skip(reader, reader.byteLength());
}

function skipVarint(reader: Reader): void {
  while (reader.u8() >= 0x80);
}

function skip(reader: Reader, bytes: number): void {
  if (bytes > reader.remaining) throw reader.error("unexpectedEnd", "the input ends inside the value", reader.end);
  reader.offset += bytes;
}
