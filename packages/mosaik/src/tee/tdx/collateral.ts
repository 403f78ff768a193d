import type { SignedText } from "./signed-text.js";

/** Who certifies the keys of platforms: of those with several processors, or of single ones. */
export type PckAuthority = "platform" | "processor";

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

/** Where validators find collateral: at once, or not at all. */
export interface CollateralSource {
  /**
   * @param fmspc the family, 12 lowercase hexadecimal digits
   * @param nowMs in ms since the Unix epoch
   * @returns what is at hand; nothing where it has to be fetched first, which may begin now
   */
  current(fmspc: string, authority: PckAuthority, nowMs: number): Collateral | undefined;
}
