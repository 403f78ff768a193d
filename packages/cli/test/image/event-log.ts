import { createHash } from "node:crypto";

/** What firmware or kernel measured. */
export interface MeasuredEvent {
  /** The register of the TPM. */
  readonly pcr: number;
  /** SHA-384 of it. */
  readonly digest: Buffer;
  readonly data: Buffer;
}

const SHA384 = 0x000c;
const DIGEST_BYTES: Readonly<Record<number, number>> = { 0x0004: 20, 0x000b: 32, [SHA384]: 48, 0x000d: 64, 0x0012: 32 };

/** The events of a log of a TPM 2.0 (TCG PC Client Platform Firmware Profile, §10). */
export function readEventLog(log: Buffer): MeasuredEvent[] {
  const events: MeasuredEvent[] = [];
  // The first says which digests follow, and is of the old kind.
  let at = 32 + log.readUInt32LE(28);
  while (at < log.length) {
    const pcr = log.readUInt32LE(at);
    const count = log.readUInt32LE(at + 8);
    at += 12;
    let digest: Buffer = Buffer.alloc(0);
    for (let i = 0; i < count; i++) {
      const algorithm = log.readUInt16LE(at);
      const length = DIGEST_BYTES[algorithm]!;
      if (algorithm === SHA384) digest = log.subarray(at + 2, at + 2 + length);
      at += 2 + length;
    }
    const length = log.readUInt32LE(at);
    events.push({ pcr, digest, data: log.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return events;
}

/** What a register holds after these digests. */
export function replayed(digests: readonly Buffer[]): string {
  const extend = (register: Buffer, digest: Buffer): Buffer =>
    createHash("sha384").update(register).update(digest).digest();
  return digests.reduce(extend, Buffer.alloc(48)).toString("hex");
}
