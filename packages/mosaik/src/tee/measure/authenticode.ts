import { sha384 } from "@noble/hashes/sha2.js";
import { MeasureError } from "./errors.js";

const PE32_PLUS = 0x20b;
const CHECKSUM_AT = 0x40;
const SECTION_HEADER_BYTES = 40;
const SECTIONS_MAX = 96;

/** SHA-384 of a PE image as firmware measures it: without checksum and certificates (Windows Authenticode PE signature format). */
export function authenticodeOf(image: Uint8Array): Uint8Array {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  try {
    return digest(image, view);
  } catch (error) {
    if (error instanceof RangeError)
      throw new MeasureError("the kernel is no PE image: it ends too soon", { cause: error });
    throw error;
  }
}

function digest(image: Uint8Array, view: DataView): Uint8Array {
  const pe = view.getUint32(0x3c, true);
  if (view.getUint32(pe, true) !== 0x4550) throw new MeasureError("the kernel is no PE image");
  const sectionCount = view.getUint16(pe + 6, true);
  const optional = pe + 24;
  const sectionTable = optional + view.getUint16(pe + 20, true);
  const directories = optional + (view.getUint16(optional, true) === PE32_PLUS ? 112 : 96);
  const directoryCount = view.getUint32(directories - 4, true);
  const headersBytes = view.getUint32(optional + 60, true);
  if (sectionCount > SECTIONS_MAX || headersBytes > image.length) throw new MeasureError("the kernel is no PE image");

  const hash = sha384.create();
  hash.update(image.subarray(0, optional + CHECKSUM_AT));
  const certificates = directories + 32;
  let certificateBytes = 0;
  if (directoryCount < 5) hash.update(image.subarray(optional + CHECKSUM_AT + 4, headersBytes));
  else {
    hash.update(image.subarray(optional + CHECKSUM_AT + 4, certificates));
    certificateBytes = view.getUint32(certificates + 4, true);
    hash.update(image.subarray(certificates + 8, headersBytes));
  }

  let measured = headersBytes;
  const sections = Array.from({ length: sectionCount }, (_, i) => {
    const header = sectionTable + SECTION_HEADER_BYTES * i;
    return { bytes: view.getUint32(header + 16, true), at: view.getUint32(header + 20, true) };
  });
  for (const { bytes, at } of sections.filter((one) => one.bytes > 0).sort((a, b) => a.at - b.at)) {
    if (at + bytes > image.length) throw new MeasureError("a section of the kernel is not within it");
    hash.update(image.subarray(at, at + bytes));
    measured += bytes;
  }
  const rest = image.length - certificateBytes;
  if (rest > measured) hash.update(image.subarray(measured, rest));
  return hash.digest();
}
