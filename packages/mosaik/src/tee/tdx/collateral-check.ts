import { parseCertificate } from "../pki/certificate.js";
import { revocationDefect, type RootFingerprint } from "../pki/chain.js";
import { DerError } from "../pki/der.js";
import { certificatesInPem } from "../pki/pem.js";
import { parseRevocationList } from "../pki/revocations.js";
import type { Collateral } from "./collateral.js";
import { TdxError } from "./errors.js";
import { JsonFields } from "./json-fields.js";
import { openSigned } from "./signed-text.js";

/**
 * Looks at collateral before it takes the place of what was there: that Intel signed it, that it is of the family it should be of, and when it
 * ends. What it says of a platform, and the list of its authority, are looked at with each quote.
 *
 * @returns the family, and until when all of it is valid, in ms since the Unix epoch
 * @throws TdxError `collateral`, `untrusted`
 */
export function checkCollateral(
  { tcbInfo, qeIdentity, rootRevocations, pckRevocations }: Collateral,
  root: RootFingerprint,
  nowMs: number,
): { readonly fmspc: string; readonly validUntilMs: number } {
  try {
    const info = new JsonFields(openSigned(tcbInfo, "the TCB info", root, nowMs).content, "the TCB info");
    const enclave = "the identity of the quoting enclave";
    const identity = new JsonFields(openSigned(qeIdentity, enclave, root, nowMs).content, enclave);
    const [signer, authority] = certificatesInPem(tcbInfo.issuerChain).map(parseCertificate);
    const ofRoot = parseRevocationList(rootRevocations);
    const defect = revocationDefect(ofRoot, authority ?? signer!, signer!, nowMs);
    if (defect !== undefined) throw new TdxError("untrusted", defect);
    const ends = [
      info.time("nextUpdate"),
      identity.time("nextUpdate"),
      ofRoot.nextUpdateMs,
      parseRevocationList(pckRevocations).nextUpdateMs,
    ];
    return { fmspc: info.text("fmspc").toLowerCase(), validUntilMs: Math.min(...ends) };
  } catch (error) {
    if (error instanceof DerError) throw new TdxError("untrusted", error.message, { cause: error });
    throw error;
  }
}
