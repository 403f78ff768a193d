import { mrtdOf, rtmr1Of, rtmr2Of, type FirmwareGeneration } from "mosaik/tee/measure";
import { CliError, EXIT, usageError } from "../exit.js";
import { COMMAND_LINE } from "./scripts.js";

export const GENERATIONS = ["before202411", "from202411", "from202505"] as const satisfies FirmwareGeneration[];

/** What a guest of an image will measure, in hexadecimal digits. */
export interface ExpectedMeasurements {
  /** By how the host builds TDs: the kernel and QEMU that it has decide. */
  readonly mrtd: { readonly qemu8: string; readonly qemu9: string };
  readonly rtmr1: string;
  readonly rtmr2: string;
  readonly firmwareGeneration: FirmwareGeneration;
}

export interface MeasuredFiles {
  readonly firmware: Uint8Array;
  readonly kernel: Uint8Array;
  readonly initramfs: Uint8Array;
  readonly memoryBytes: number;
  readonly generation: FirmwareGeneration;
}

/** @throws CliError where it cannot be known: there are no measurements then, and none are made up */
export function measurementsOf({
  firmware,
  kernel,
  initramfs,
  memoryBytes,
  generation,
}: MeasuredFiles): ExpectedMeasurements {
  const hex = (digest: Uint8Array): string => Buffer.from(digest).toString("hex");
  try {
    return {
      mrtd: { qemu8: hex(mrtdOf(firmware, "sectionBySection")), qemu9: hex(mrtdOf(firmware, "pageByPage")) },
      rtmr1: hex(rtmr1Of(kernel, { memoryBytes, initramfsBytes: initramfs.length }, generation)),
      rtmr2: hex(rtmr2Of(COMMAND_LINE, initramfs)),
      firmwareGeneration: generation,
    };
  } catch (error) {
    throw new CliError(EXIT.failed, `the measurements cannot be known: ${(error as Error).message}`, {
      cause: error,
      advice: "take a firmware for TDs (--custom-ovmf), or do without: --no-measurements",
    });
  }
}

/** By the version of a package: `2024.02-3+tdx1.0`, `2025.02-8+deb13u1`. @throws CliError for one that says nothing */
export function generationOf(version: string): FirmwareGeneration {
  const [, year, month] = /(\d{4})\.(\d{2})/.exec(version) ?? [];
  if (year === undefined) {
    throw usageError(
      `which generation of firmware "${version}" is cannot be told`,
      `say so: --firmware-generation ${GENERATIONS.join("|")}`,
    );
  }
  const release = Number(`${year}${month}`);
  if (release >= 202_505) return "from202505";
  return release >= 202_411 ? "from202411" : "before202411";
}
