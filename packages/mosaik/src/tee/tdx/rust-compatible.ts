import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes } from "../../primitives/index.js";
import { checkP256 } from "../pki/p256.js";
import { TdxError } from "./errors.js";
import type { TdxTicket } from "./ticket.js";

/** What Rust takes for the signed part of a quote of version 5, whichever body it has. */
const V5_SIGNED_BYTES = 696;

/**
 * What Rust's `Tdx` asks of a quote: that the key which is in it has signed it. **That proves nothing of hardware**: anybody can make such a quote,
 * with any measurements (spec 07 §6.7). Quotes of version 5 may be signed as Intel signs them, too.
 *
 * @throws TdxError `untrusted`
 */
export function requireSelfSigned({ quote, quoteBytes }: TdxTicket): void {
  const { version, signed, signature, attestationKey, certification } = quote;
  const point = concatBytes(Uint8Array.of(4), attestationKey);
  const ranges = version === 4 ? [signed] : [signed, quoteBytes.subarray(0, V5_SIGNED_BYTES)];
  if (!ranges.some((range) => checkP256(point, range, signature))) {
    throw new TdxError("untrusted", "the signature of the quote does not hold");
  }
  if (certification.kind !== "quotingEnclave") return;
  const { report, authData } = certification;
  if (!equalBytes(report.reportData.subarray(0, 32), sha256(concatBytes(attestationKey, authData)))) {
    throw new TdxError("untrusted", "the quoting enclave vouches for another key than the one that signed the quote");
  }
}
