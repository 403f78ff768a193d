import { Writer } from "@mosaik/postcard";
import { appendFrame } from "../../network/index.js";
import { updateFrameCodec, type StatusHead, type UpdateFrame } from "../protocol.js";
import type { Difference, ImageRow } from "./image.js";

/** A frame is ended when its rows have grown to this, in bytes: far below what a kept connection takes. */
const FRAME_BYTES = 32 * 1024;
/** A place that is empty takes at most so much, in bytes. */
const PLACE_BYTES = 5;

/** An update as it is sent: one frame behind the other, of which the last has the head. */
export function encodeUpdate(
  { rows, removed }: Difference,
  head: StatusHead,
): { readonly frames: Uint8Array; readonly payloadBytes: number } {
  const writer = new Writer();
  let payloadBytes = 0;
  const add = (frame: UpdateFrame): void => void (payloadBytes += appendFrame(writer, updateFrameCodec, frame));
  const placesMax = Math.floor(FRAME_BYTES / PLACE_BYTES);
  for (let from = 0; from < removed.length; from += placesMax) {
    add({ rows: [], removed: removed.slice(from, from + placesMax), head: undefined });
  }
  let batch: ImageRow[] = [];
  let batchBytes = 0;
  for (const row of rows) {
    if (batchBytes >= FRAME_BYTES) {
      add({ rows: batch, removed: [], head: undefined });
      batch = [];
      batchBytes = 0;
    }
    batch.push(row);
    batchBytes += PLACE_BYTES + row.row.length;
  }
  add({ rows: batch, removed: [], head });
  return { frames: writer.take(), payloadBytes };
}
