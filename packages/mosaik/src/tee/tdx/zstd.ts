import { Zstd } from "@hpcc-js/wasm-zstd";
import { concatBytes } from "../../primitives/index.js";

/** What a ticket may hold once it is decompressed, in bytes (spec 07 §6.1). */
export const CONTENT_MAX_BYTES = 65_536;

/** As Rust's: the same bytes come out. */
const LEVEL = 3;

// A module of its own, so that only who has to do with TDX loads it.
const zstd = await Zstd.load();

/** One frame of zstd (RFC 8878) that states the size of its content. */
export function compress(content: Uint8Array): Uint8Array {
  return zstd.compress(content, LEVEL);
}

/**
 * The content of all frames.
 *
 * @throws RangeError for more than `CONTENT_MAX_BYTES`, whatever the frames say; Error for what is no sequence of frames
 */
export function decompress(data: Uint8Array): Uint8Array {
  const contents: Uint8Array[] = [];
  let room = CONTENT_MAX_BYTES;
  for (const frame of framesOf(data)) {
    zstd.reset();
    // A byte more than there may be shows that there is more.
    const content = zstd.decompressChunk(frame, room + 1);
    if (content.length > room) throw new RangeError(`more than ${CONTENT_MAX_BYTES} bytes when decompressed`);
    room -= content.length;
    contents.push(content);
  }
  return concatBytes(...contents);
}

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const RUN_OF_ONE_BYTE = 1;

/** The frames that hold content, each whole: the library stops behind the first one, and passes over what is cut off. */
function* framesOf(data: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length === 0) throw new Error("no frame of zstd");
  for (let start = 0; start < data.length;) {
    const magic = view.getUint32(start, true);
    if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) {
      start += 8 + view.getUint32(start + 4, true);
      if (start > data.length) throw new RangeError("it ends within a frame");
      continue;
    }
    if (magic !== FRAME_MAGIC) throw new Error("what follows is no frame of zstd");
    const end = endOfFrame(view, start);
    yield data.subarray(start, end);
    start = end;
  }
}

/** @throws RangeError where the data end before */
function endOfFrame(view: DataView, start: number): number {
  const descriptor = view.getUint8(start + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!;
  let offset = start + 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3]! + contentSizeBytes;
  for (let isLast = false; !isLast;) {
    const header = view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
    isLast = (header & 1) !== 0;
    offset += 3 + (((header >> 1) & 3) === RUN_OF_ONE_BYTE ? 1 : header >> 3);
  }
  const hasChecksum = (descriptor & 4) !== 0;
  const end = offset + (hasChecksum ? 4 : 0);
  if (end > view.byteLength) throw new RangeError("it ends within a frame");
  return end;
}
