/**
 * Trusted execution: tickets that are quotes of Intel TDX, checked to Intel's root, and made by the hardware that this node runs on. An entry of its own,
 * `mosaik/tee`: a program that asks for no such tickets loads none of it.
 */
export type { AttestationVerifier, AttestedClaims } from "./attestation.js";
export type { AttestationSource } from "./guest/attestation-source.js";
export { AttestationError, type AttestationErrorCode } from "./guest/errors.js";
export { openTsm } from "./guest/open-tsm.node.js";
export { TdxGuest, type OwnTicketOptions, type TdxNode } from "./guest/tdx-guest.js";
export type { TsmOptions } from "./guest/tsm-source.js";
export type { RootFingerprint } from "./pki/chain.js";
export { snpVerifier } from "./snp/attestation.node.js";
export { AMD_ROOTS, type SnpCertificates } from "./snp/chain.node.js";
export { SnpError, type SnpErrorCode } from "./snp/errors.js";
export { requireGoodSnpGuest, type SnpPolicy } from "./snp/policy.js";
export { parseReport, tcbOf, type SnpReport, type SnpTcb } from "./snp/report.js";
export { verifySnpReport, type SnpVerifyOptions, type VerifiedSnpReport } from "./snp/verify.node.js";
export { tdxVerifier } from "./tdx/attestation.js";
export type { Collateral, CollateralSource, PckAuthority } from "./tdx/collateral.js";
export { collateralJson, parseCollateral } from "./tdx/collateral-json.js";
export { tdx } from "./tdx/declare.node.js";
export { TdxError, type TdxErrorCode } from "./tdx/errors.js";
export {
  measurementsOf,
  type MeasurementLike,
  type Measurements,
  type MeasurementsCriteria,
  type MeasurementsRegister,
} from "./tdx/measurements.js";
export { openCollateral, type CollateralOptions, type OpenCollateral } from "./tdx/open-collateral.node.js";
export type { HttpAnswer, HttpGet } from "./tdx/pccs.js";
export type { Platform } from "./tdx/platform.js";
export { requireGoodEnough, type TdxPolicy } from "./tdx/policy.js";
export {
  parseQuote,
  TEE_TYPE_TDX,
  type Certification,
  type EnclaveReport,
  type Quote,
  type QuotingEnclaveCertification,
  type TdReport,
} from "./tdx/quote.js";
export { reportDataOf, type TicketExtra } from "./tdx/report-data.js";
export type { SignedText } from "./tdx/signed-text.js";
export type { TcbLevel, TcbStatus } from "./tdx/tcb.js";
export { decodeTicket, encodeTicket, TDX_TICKET_CLASS, type TdxTicket } from "./tdx/ticket.js";
export type { TdxOptions } from "./tdx/validator.js";
export { INTEL_ROOT, verifyQuote, type VerifiedQuote, type VerifyOptions } from "./tdx/verify.js";
