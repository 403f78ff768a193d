import { Digest, equalBytes, fromHex } from "../../primitives/index.js";
import { TdxError } from "./errors.js";
import type { TdReport } from "./quote.js";

/** A register as callers give it: 48 bytes, or 96 hexadecimal digits. */
export type MeasurementLike = Uint8Array | string;

/** What the CPU measured of a TD: each 48 bytes, a SHA-384 or an extension of several (spec 07 §6.8). */
export interface Measurements {
  /** The firmware, and nothing else. */
  readonly mrtd: Uint8Array;
  /** How the firmware was configured: memory, ACPI tables, boot variables. */
  readonly rtmr0: Uint8Array;
  /** The kernel. */
  readonly rtmr1: Uint8Array;
  /** The kernel's command line and the initramfs: the application. */
  readonly rtmr2: Uint8Array;
  /** What the TD itself has extended while it ran; zeros else. */
  readonly rtmr3: Uint8Array;
}

/** A register by its name. */
export type MeasurementsRegister = keyof Measurements;

/**
 * Which measurements are demanded; those that are absent may be anything. **MRTD alone says nothing about the program**: it is the firmware's.
 * Demand MRTD, RTMR1 and RTMR2.
 */
export type MeasurementsCriteria = { readonly [Register in MeasurementsRegister]?: MeasurementLike };

const SEED = Digest.from("mosaik.tee.tdx.measurements-criteria.v1");
/** What stands for a register that may be anything. */
const PLACEHOLDERS = [
  ["mrtd", 9],
  ["rtmr0", 1],
  ["rtmr1", 2],
  ["rtmr2", 3],
  ["rtmr3", 4],
] as const;
const MEASUREMENT_BYTES = 48;

/** 48 bytes of a measurement. @throws TdxError `invalidOption` for anything else */
export function measurement(value: MeasurementLike): Uint8Array {
  const bytes = typeof value === "string" ? fromHex(value.toLowerCase()) : value;
  if (bytes instanceof Uint8Array && bytes.length === MEASUREMENT_BYTES) return new Uint8Array(bytes);
  throw new TdxError("invalidOption", `a measurement has 48 bytes or 96 hexadecimal digits: ${String(value)}`);
}

/** The measurements that a report holds. */
export function measurementsOf({ mrTd, rtmrs: [rtmr0, rtmr1, rtmr2, rtmr3] }: TdReport): Measurements {
  return { mrtd: mrTd, rtmr0, rtmr1, rtmr2, rtmr3 };
}

/** Criteria whose registers were checked and copied. */
export class CheckedCriteria {
  readonly #wanted: ReadonlyMap<MeasurementsRegister, Uint8Array>;

  /** @throws TdxError `invalidOption` */
  constructor(criteria: MeasurementsCriteria) {
    const wanted = new Map<MeasurementsRegister, Uint8Array>();
    for (const [register] of PLACEHOLDERS) {
      const value = criteria[register];
      if (value !== undefined) wanted.set(register, measurement(value));
    }
    this.#wanted = wanted;
  }

  /** The first register that is not as demanded. */
  mismatch(measurements: Measurements): MeasurementsRegister | undefined {
    for (const [register, wanted] of this.#wanted) {
      if (!equalBytes(wanted, measurements[register])) return register;
    }
    return undefined;
  }

  /**
   * What a validator's signature is made of (spec 07 §6.8). A register that is demanded to equal its placeholder has the signature of one that may be
   * anything, in Rust as here.
   */
  signature(): Digest {
    return PLACEHOLDERS.reduce(
      (digest, [register, placeholder]) =>
        digest.derive(this.#wanted.get(register) ?? new Uint8Array(MEASUREMENT_BYTES).fill(placeholder)),
      SEED,
    );
  }
}
