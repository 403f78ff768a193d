import { equalBytes } from "../../primitives/index.js";
import { MeasureError } from "./errors.js";

/** A part of a firmware image that the host puts into a TD (TDX Virtual Firmware design guide, §11). */
export interface TdvfSection {
  readonly dataOffset: number;
  readonly dataBytes: number;
  readonly address: bigint;
  readonly memoryBytes: bigint;
  /** 0 boot volume, 1 configuration volume, 2 TD HOB, 3 temporary memory. */
  readonly type: number;
  /** Whether its content is measured. */
  readonly isMeasured: boolean;
  /** Whether its pages are added later, by the TD itself. */
  readonly isAugmented: boolean;
}

/** 96b582de-1fb2-45f7-baea-a366c55a082d, as GUIDs stand in memory. */
const FOOTER_GUID = guid("96b582de-1fb2-45f7-baea-a366c55a082d");
/** The entry that says where the descriptor is. */
const METADATA_GUID = guid("e47a6535-984a-4798-865e-4685a7bf8ec2");
const FOOTER_FROM_END = 0x30;
const TABLE_FROM_END = 0x20;
const ENTRY_HEADER_BYTES = 18;
const METADATA_ENTRY_BYTES = 22;
const SIGNATURE = 0x46564454; // "TDVF"
const SECTIONS_MAX = 256;

/** The sections of a firmware image, in their order. @throws MeasureError for an image that is no firmware for TDs */
export function tdvfSections(image: Uint8Array): TdvfSection[] {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  if (image.length < 64) throw new MeasureError("the firmware is too short");
  const start = descriptorOffset(image, view);
  if (start < 0 || start + 16 > image.length || view.getUint32(start, true) !== SIGNATURE) {
    throw new MeasureError("the firmware has no descriptor of a TDVF: it does not start TDs");
  }
  const version = view.getUint32(start + 8, true);
  if (version !== 1) throw new MeasureError(`the firmware has a descriptor of version ${version}, not 1`);
  const count = view.getUint32(start + 12, true);
  if (count > SECTIONS_MAX || start + 16 + 32 * count > image.length)
    throw new MeasureError(`the firmware has ${count} sections`);
  return Array.from({ length: count }, (_, i) => sectionAt(view, start + 16 + 32 * i, image.length));
}

function sectionAt(view: DataView, at: number, imageBytes: number): TdvfSection {
  const attributes = view.getUint32(at + 28, true);
  const section = {
    dataOffset: view.getUint32(at, true),
    dataBytes: view.getUint32(at + 4, true),
    address: view.getBigUint64(at + 8, true),
    memoryBytes: view.getBigUint64(at + 16, true),
    type: view.getUint32(at + 24, true),
    isMeasured: (attributes & 1) !== 0,
    isAugmented: (attributes & 2) !== 0,
  };
  if (section.dataOffset + section.dataBytes > imageBytes)
    throw new MeasureError("a section of the firmware is not within it");
  if (section.memoryBytes % 4096n !== 0n || section.memoryBytes > 1n << 32n) {
    throw new MeasureError("a section of the firmware is not of whole pages");
  }
  return section;
}

/** From the table of GUIDs at the end, or else, in old images, from an offset there. */
function descriptorOffset(image: Uint8Array, view: DataView): number {
  const { length } = image;
  const footer = image.subarray(length - FOOTER_FROM_END, length - FOOTER_FROM_END + 16);
  if (equalBytes(footer, FOOTER_GUID)) {
    const tableBytes = view.getUint16(length - FOOTER_FROM_END - 2, true);
    const begin = length - TABLE_FROM_END - tableBytes;
    for (let end = length - TABLE_FROM_END - ENTRY_HEADER_BYTES; end - ENTRY_HEADER_BYTES >= begin && begin >= 0;) {
      const bytes = view.getUint16(end - ENTRY_HEADER_BYTES, true);
      if (bytes < ENTRY_HEADER_BYTES) break;
      if (bytes === METADATA_ENTRY_BYTES && equalBytes(image.subarray(end - 16, end), METADATA_GUID)) {
        return length - view.getUint32(end - METADATA_ENTRY_BYTES, true);
      }
      end -= bytes;
    }
  }
  return view.getUint32(length - TABLE_FROM_END, true);
}

function guid(text: string): Uint8Array {
  const [a, b, c, d, e] = text.split("-").map((part) => part.match(/../g)!.map((byte) => parseInt(byte, 16)));
  return Uint8Array.from([...a!.reverse(), ...b!.reverse(), ...c!.reverse(), ...d!, ...e!]);
}
