import { sha384 } from "@noble/hashes/sha2.js";
import { concatBytes } from "../../primitives/index.js";

/** What a register holds after these events: it begins with zeros, and each event's digest extends it. */
export function registerOf(digests: readonly Uint8Array[]): Uint8Array {
  return digests.reduce((register, digest) => sha384(concatBytes(register, digest)), new Uint8Array(48));
}

/**
 * RTMR2 of a direct boot: the kernel's command line, and the initramfs as it is stored.
 *
 * @param commandLine as it is given to QEMU; the firmware appends the name of the initramfs
 */
export function rtmr2Of(commandLine: string, initramfs: Uint8Array | undefined): Uint8Array {
  const line = initramfs === undefined ? commandLine : `${commandLine} initrd=initrd`;
  return registerOf([sha384(utf16(`${line}\0`)), ...(initramfs === undefined ? [] : [sha384(initramfs)])]);
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return bytes;
}
