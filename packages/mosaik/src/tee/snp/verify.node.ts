import { equalBytes } from "../../primitives/index.js";
import { AMD_ROOTS, requireChain, type SnpCertificates } from "./chain.node.js";
import { endorsementIn } from "./endorsement.js";
import { SnpError } from "./errors.js";
import { parseReport, tcbOf, type SnpReport, type SnpTcb } from "./report.js";

/** What a report is judged by. */
export interface SnpVerifyOptions {
  /** What vouches for it: the kernel gives it beside the report, AMD's KDS by the chip's id. */
  readonly certificates: SnpCertificates;
  /** When, in ms since the Unix epoch. */
  readonly nowMs: number;
  /** The roots that are trusted, SHA-256 of their certificates. Default: AMD's for Milan, Genoa and Turin. */
  readonly roots?: readonly string[];
}

/** What was proved of a report. */
export interface VerifiedSnpReport {
  readonly report: SnpReport;
  readonly product: string;
  /** That by which the platform is to be judged. */
  readonly tcb: SnpTcb;
}

/**
 * Proves that a report was made by a chip of AMD with SEV-SNP, under the firmware that it names. Revocation lists are not looked at.
 *
 * @throws SnpError `malformedReport`, `untrusted`, with a reason for people; nothing else, whatever the bytes
 */
export function verifySnpReport(
  bytes: Uint8Array,
  { certificates, nowMs, roots = [...AMD_ROOTS.values()] }: SnpVerifyOptions,
): VerifiedSnpReport {
  const report = parseReport(bytes);
  if (report.signingKey === "none") throw new SnpError("untrusted", "a report that nothing has signed");
  const { product, tcb, chipId } = endorsementIn(requireChain(report, certificates, roots, nowMs));
  if ((chipId === undefined) !== (report.signingKey === "vlek")) {
    throw new SnpError("untrusted", "the certificate is of another kind of key than the one that signed the report");
  }
  if (chipId !== undefined && !report.isChipMasked && !isOf(report.chipId, chipId)) {
    throw new SnpError("untrusted", "the certificate is of another chip");
  }
  const reported = tcbOf(report.reportedTcb, product);
  for (const part of PARTS) {
    if (reported[part] === tcb[part]) continue;
    throw new SnpError("untrusted", `the certificate is of another version of the firmware: ${part}`);
  }
  return { report, product, tcb };
}

const PARTS = ["fmc", "bootloader", "tee", "snp", "microcode"] as const;

/** Ids of newer chips are shorter, with zeros behind them in reports. */
function isOf(reported: Uint8Array, certified: Uint8Array): boolean {
  const rest = reported.subarray(certified.length);
  return (
    certified.length > 0 &&
    equalBytes(reported.subarray(0, certified.length), certified) &&
    rest.every((byte) => byte === 0)
  );
}
