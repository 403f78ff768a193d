import type { AttestationVerifier } from "../attestation.js";
import { measurementsOf } from "./measurements.js";
import { checkPolicy, requireGoodEnough, type TdxPolicy } from "./policy.js";
import { parseQuote } from "./quote.js";
import { verifyQuote, type VerifyOptions } from "./verify.js";

/** Judges quotes of Intel TDX by themselves, without a ticket around them. @throws TdxError `invalidOption` */
export function tdxVerifier({
  policy = {},
  ...options
}: Omit<VerifyOptions, "nowMs"> & { readonly policy?: TdxPolicy } = {}): AttestationVerifier {
  checkPolicy(policy);
  return {
    technology: "tdx",
    verify(evidence, nowMs) {
      const quote = parseQuote(evidence);
      requireGoodEnough(quote, verifyQuote(quote, { ...options, nowMs }), policy);
      const measurements = new Map(Object.entries(measurementsOf(quote.report)) as [string, Uint8Array][]);
      return { technology: "tdx", reportData: quote.report.reportData, measurements };
    },
  };
}
