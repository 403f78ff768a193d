/** Hardware that vouches for what runs in it: Intel TDX, AMD SEV-SNP, Arm CCA. */
export interface AttestationSource {
  /** By the name that Linux has for it: `tdx_guest`, `sev_guest`, `arm_cca_guest`. */
  readonly provider: string;
  /**
   * Has the hardware sign what it measured, along with 64 bytes of the caller's choice. May take seconds: a service of the host is asked.
   *
   * @returns for Intel TDX a quote
   * @throws AttestationError `unavailable` where there is no such hardware, `quoteFailed`; the signal's reason
   */
  quote(reportData: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
}
