/** What hardware has proved of a guest, whichever hardware it is. */
export interface AttestedClaims {
  readonly technology: "tdx" | "sev-snp" | "cca";
  /** 64 bytes of the guest's choice, which bind the evidence to what it is shown for. */
  readonly reportData: Uint8Array;
  /** What was measured, by the names that the hardware's documents have: `mrtd`, `rtmr1`; `measurement`. */
  readonly measurements: ReadonlyMap<string, Uint8Array>;
}

/**
 * Judges evidence of one kind of hardware, as `AttestationSource` makes it. An implementation proves, in this order and without any of it being asked
 * for: that the evidence is whole; that a key of the hardware has signed it; that the maker's root vouches for that key, at that time; that the guest is not under debug; and then what its
 * policy demands. It is synchronous, answers whatever the bytes, and throws a typed error with a reason for people.
 *
 * For Arm CCA: evidence is a token of COSE in two parts, of the realm and of the platform (RFC 9783, Arm DEN0137); the platform's signature covers the hash of the realm's key, the
 * realm's signature the challenge (64 bytes, the report data) and the measurements `rim` and `rem0` to `rem3`; the debug state is in the platform's lifecycle.
 */
export interface AttestationVerifier {
  readonly technology: AttestedClaims["technology"];
  /**
   * @param nowMs in ms since the Unix epoch
   * @throws MosaikError of the hardware: TdxError, SnpError
   */
  verify(evidence: Uint8Array, nowMs: number): AttestedClaims;
}
