import type { AttestationVerifier } from "../attestation.js";
import { requireGoodSnpGuest, type SnpPolicy } from "./policy.js";
import { verifySnpReport, type SnpVerifyOptions } from "./verify.node.js";

/** Judges reports of AMD SEV-SNP. The certificates are those of one chip and one version of its firmware. */
export function snpVerifier({
  policy = {},
  ...options
}: Omit<SnpVerifyOptions, "nowMs"> & { readonly policy?: SnpPolicy }): AttestationVerifier {
  return {
    technology: "sev-snp",
    verify(evidence, nowMs) {
      const { report, tcb } = verifySnpReport(evidence, { ...options, nowMs });
      requireGoodSnpGuest(report, tcb, policy);
      const measurements = new Map([["measurement", report.measurement]]);
      return { technology: "sev-snp", reportData: report.reportData, measurements };
    },
  };
}
