import { sha384 } from "@noble/hashes/sha2.js";
import { tdvfSections, type TdvfSection } from "./tdvf.js";

/**
 * In which order the host's stack builds a TD, which is measured: all pages of a section and then their content (QEMU 8 with the kernel of its time), or
 * page by page (QEMU 9 and newer).
 */
export type BuildOrder = "sectionBySection" | "pageByPage";

const PAGE_BYTES = 4096;
const CHUNK_BYTES = 256;

/**
 * The measurement of the firmware, MRTD (Intel TDX module ABI, TDH.MEM.PAGE.ADD and TDH.MR.EXTEND).
 *
 * @param order as the host builds TDs: the same firmware has another MRTD with the other one
 * @throws MeasureError for an image that is no firmware for TDs
 */
export function mrtdOf(firmware: Uint8Array, order: BuildOrder): Uint8Array {
  const hash = sha384.create();
  const step = new Uint8Array(128);
  const view = new DataView(step.buffer);
  const record = (name: string, address: bigint): void => {
    step.fill(0);
    new TextEncoder().encodeInto(name, step);
    view.setBigUint64(16, address, true);
    hash.update(step);
  };
  const add = (address: bigint): void => record("MEM.PAGE.ADD", address);
  const extend = (section: TdvfSection, page: number): void => {
    const content = pageOf(firmware, section, page);
    for (let offset = 0; offset < PAGE_BYTES; offset += CHUNK_BYTES) {
      record("MR.EXTEND", section.address + BigInt(page * PAGE_BYTES + offset));
      hash.update(content.subarray(offset, offset + CHUNK_BYTES));
    }
  };
  for (const section of tdvfSections(firmware)) {
    if (section.isAugmented) continue;
    const pages = Array.from({ length: Number(section.memoryBytes) / PAGE_BYTES }, (_, page) => page);
    const addPage = (page: number): void => add(section.address + BigInt(page * PAGE_BYTES));
    if (order === "sectionBySection") pages.forEach(addPage);
    for (const page of pages) {
      if (order === "pageByPage") addPage(page);
      if (section.isMeasured) extend(section, page);
    }
  }
  return hash.digest();
}

/** A page of a section, with zeros behind its data. */
function pageOf(firmware: Uint8Array, { dataOffset, dataBytes }: TdvfSection, page: number): Uint8Array {
  const content = new Uint8Array(PAGE_BYTES);
  const start = page * PAGE_BYTES;
  if (start < dataBytes) {
    content.set(firmware.subarray(dataOffset + start, dataOffset + Math.min(dataBytes, start + PAGE_BYTES)));
  }
  return content;
}
