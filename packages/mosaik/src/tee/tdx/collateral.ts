import type { SignedText } from "./signed-text.js";

/** What Intel says of a family of processors, beside what a quote holds: all that a full verification needs. */
export interface Collateral {
  /** How old the software of a platform may be. */
  readonly tcbInfo: SignedText;
  /** Which enclave makes quotes. */
  readonly qeIdentity: SignedText;
  /** DER: the root's list of revoked certificates. */
  readonly rootRevocations: Uint8Array;
  /** DER: that of the authority that certified the platform's key. */
  readonly pckRevocations: Uint8Array;
}
