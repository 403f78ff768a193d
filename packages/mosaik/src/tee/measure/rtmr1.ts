import { sha384 } from "@noble/hashes/sha2.js";
import { authenticodeOf } from "./authenticode.js";
import { patchedKernel, type BootParameters } from "./kernel.js";
import { registerOf } from "./rtmr.js";

/**
 * What a firmware measures into RTMR1 when it boots a kernel that it was given: before edk2-stable202411; from then on with a separator; from
 * 2025.05 on the kernel as its file is.
 */
export type FirmwareGeneration = "before202411" | "from202411" | "from202505";

const text = (value: string): Uint8Array => sha384(new TextEncoder().encode(value));

/** RTMR1 of a direct boot: the kernel, and that it was started. @throws MeasureError for what is no kernel */
export function rtmr1Of(kernel: Uint8Array, boot: BootParameters, generation: FirmwareGeneration): Uint8Array {
  const separator = generation === "before202411" ? [] : [sha384(new Uint8Array(4))];
  return registerOf([
    authenticodeOf(generation === "from202505" ? kernel : patchedKernel(kernel, boot)),
    text("Calling EFI Application from Boot Option"),
    ...separator,
    text("Exit Boot Services Invocation"),
    text("Exit Boot Services Returned with Success"),
  ]);
}
