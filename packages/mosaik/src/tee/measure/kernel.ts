import { MeasureError } from "./errors.js";

/** What QEMU writes into a kernel's header depends on. */
export interface BootParameters {
  readonly memoryBytes: number;
  /** Of the initramfs, if there is one. */
  readonly initramfsBytes: number | undefined;
}

const MAGIC = 0x53726448; // "HdrS"
const LOW_MEMORY_WHOLE = 0xb0000000;
const LOW_MEMORY_SPLIT = 0x80000000;
/** What ACPI tables and the like take below the end of low memory. */
const RESERVED_BYTES = 0x28000;
const PAGE_MASK = 0xfffff000;
const QEMU_LOADER = 0xb0;
const HEADER_BYTES = 0x260;

/**
 * A kernel as QEMU's q35 hands it to the firmware, with the boot protocol's fields filled in (Linux, Documentation/arch/x86/boot; QEMU,
 * hw/i386/x86-common.c). RTMR1 is of this one.
 *
 * @returns a copy
 * @throws MeasureError for what is no kernel, or an initramfs that does not fit
 */
export function patchedKernel(kernel: Uint8Array, { memoryBytes, initramfsBytes }: BootParameters): Uint8Array {
  if (kernel.length < HEADER_BYTES) throw new MeasureError("the kernel is too short");
  // Not slice(): that of a Buffer is no copy.
  const patched = new Uint8Array(kernel);
  const view = new DataView(patched.buffer);
  const protocol = view.getUint32(0x202, true) === MAGIC ? view.getUint16(0x206, true) : 0;
  const isLoadedHigh = protocol >= 0x202 && (patched[0x211]! & 1) !== 0;
  const [real, commandLine] = isLoadedHigh ? [0x10000, 0x20000] : [0x90000, 0x9a000 - 32];
  if (protocol >= 0x202) view.setUint32(0x228, commandLine, true);
  else {
    view.setUint16(0x20, 0xa33f, true);
    view.setUint16(0x22, commandLine - real, true);
  }
  if (protocol >= 0x200) patched[0x210] = QEMU_LOADER;
  if (protocol >= 0x201) {
    patched[0x211]! |= 0x80;
    view.setUint16(0x224, commandLine - real - 0x200, true);
  }
  if (initramfsBytes !== undefined) {
    const ceiling = initramfsCeiling(view, protocol, memoryBytes);
    if (initramfsBytes >= ceiling)
      throw new MeasureError(`an initramfs of ${initramfsBytes} bytes does not fit below ${ceiling}`);
    view.setUint32(0x218, ((ceiling - initramfsBytes) & PAGE_MASK) >>> 0, true);
    view.setUint32(0x21c, initramfsBytes, true);
  }
  return patched;
}

function initramfsCeiling(view: DataView, protocol: number, memoryBytes: number): number {
  const lowMemory = memoryBytes >= LOW_MEMORY_WHOLE ? LOW_MEMORY_SPLIT : LOW_MEMORY_WHOLE;
  const belowFourGiB = Math.min(memoryBytes, lowMemory);
  const limit =
    protocol >= 0x20c && (view.getUint16(0x236, true) & 2) !== 0
      ? 0xffffffff
      : protocol >= 0x203
        ? view.getUint32(0x22c, true)
        : 0x37ffffff;
  return Math.min(limit, belowFourGiB - RESERVED_BYTES - 1);
}
