import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes, toHex } from "../../primitives/index.js";
import { hasSigned, parseCertificate, type Certificate } from "../pki/certificate.js";
import { chainDefect, revocationDefect, type RootFingerprint } from "../pki/chain.js";
import { DerError } from "../pki/der.js";
import { checkP256 } from "../pki/p256.js";
import { certificatesInPem } from "../pki/pem.js";
import { parseRevocationList } from "../pki/revocations.js";
import type { Collateral, CollateralSource, PckAuthority } from "./collateral.js";
import { TdxError } from "./errors.js";
import { JsonFields } from "./json-fields.js";
import { platformOf, type Platform } from "./platform.js";
import { TEE_TYPE_TDX, type Quote, type QuotingEnclaveCertification } from "./quote.js";
import { openSigned, type SignedText } from "./signed-text.js";
import { enclaveLevel, platformLevel, worse, type TcbLevel } from "./tcb.js";

/** Intel SGX Root CA, valid to 2049-12-31. */
export const INTEL_ROOT: RootFingerprint = "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3";

/** What a quote is judged by. */
export interface VerifyOptions {
  /** When, in ms since the Unix epoch. */
  readonly nowMs: number;
  /** That of the platform's family, or where it is found. Without it the quote is proved up to the root, and nothing is known of revocations and of how old the software is. */
  readonly collateral?: Collateral | CollateralSource;
  /** The root that is trusted. Default: Intel's. */
  readonly root?: RootFingerprint;
}

/** What was proved of a quote. */
export interface VerifiedQuote {
  readonly platform: Platform;
  /** Who certified the platform's key. */
  readonly authority: PckAuthority;
  /** How its software stands; nothing without collateral. */
  readonly level: TcbLevel | undefined;
}

const INTEL_VENDOR = "939a7233f79c4ca9940a0db3957f0607";
const PCK = "Intel SGX PCK Certificate";
const PCK_AUTHORITIES = new Map<string | undefined, PckAuthority>([
  ["Intel SGX PCK Platform CA", "platform"],
  ["Intel SGX PCK Processor CA", "processor"],
]);
const ROOT_NAME = "Intel SGX Root CA";
const CERTIFIED_BY_PCK_CHAIN = 5;
/** The byte of the attributes of a TD that says that it is under debug, with what is reserved beside that. */
const UNDER_DEBUG = 0;
/** Of the attributes: SEPT_VE_DISABLE, PKS, KL and PERFMON; what is known beside debug (Intel TDX module ABI 1.0, ATTRIBUTES). */
const KNOWN_ATTRIBUTES = [0xff, 0, 0, 0xd0, 0, 0, 0, 0x80] as const;

/**
 * Proves that a quote was made by a TD on genuine hardware (Intel DCAP quote verification; spec 07 §9).
 *
 * @throws TdxError `malformedQuote`, `untrusted`, `collateral`, `policy`, with a reason for people; nothing else, whatever the bytes
 */
export function verifyQuote(quote: Quote, { nowMs, collateral, root = INTEL_ROOT }: VerifyOptions): VerifiedQuote {
  requireTd(quote);
  const enclave = requireEnclave(quote);
  const chain = inCertificates(() => pckChain(enclave, root, nowMs));
  if (!hasSigned(chain.leaf, enclave.report.bytes, enclave.signature)) {
    throw untrusted("the platform's key did not sign the report of the quoting enclave");
  }
  requireSoundTd(quote);
  const platform = inCertificates(() => platformOf(chain.leaf));
  const authority = PCK_AUTHORITIES.get(chain.authority.commonName)!;
  const found = collateral && collateralOf(collateral, platform, authority, nowMs);
  const level = found && inCertificates(() => judge(quote, enclave, chain, platform, found, root, nowMs));
  return { platform, authority, level };
}

function collateralOf(
  given: Collateral | CollateralSource,
  { fmspc }: Platform,
  authority: PckAuthority,
  nowMs: number,
): Collateral {
  if (!("current" in given)) return given;
  const found = given.current(fmspc, authority, nowMs);
  if (found === undefined) throw new TdxError("collateral", `what Intel says of ${fmspc} is not at hand yet`);
  return found;
}

/** A quote of a TD whose signature holds: under a key that proves nothing yet. */
function requireTd({ teeType, section, attestationKey, signed, signature }: Quote): void {
  if (teeType !== TEE_TYPE_TDX) throw new TdxError("malformedQuote", `a quote of TEE type ${teeType}, not of a TD`);
  if (section.statedBytes !== section.readBytes) {
    throw new TdxError(
      "malformedQuote",
      `${section.readBytes} bytes of signature, not ${section.statedBytes} as it says`,
    );
  }
  if (!checkP256(concatBytes(Uint8Array.of(4), attestationKey), signed, signature)) {
    throw untrusted("the signature of the quote does not hold");
  }
}

/** What binds the key that signed the quote to an enclave. */
function requireEnclave({ certification, attestationKey, qeVendorId }: Quote): QuotingEnclaveCertification {
  if (certification.kind !== "quotingEnclave" || certification.type !== CERTIFIED_BY_PCK_CHAIN) {
    throw untrusted("the quote is signed by a key that nothing vouches for: anybody can make such a one");
  }
  if (toHex(qeVendorId) !== INTEL_VENDOR) {
    throw untrusted("the enclave that made the quote is of another vendor than Intel");
  }
  const { report, authData } = certification;
  const bound = sha256(concatBytes(attestationKey, authData));
  const isBound = equalBytes(report.reportData.subarray(0, 32), bound) && isZero(report.reportData.subarray(32));
  if (!isBound) throw untrusted("the quoting enclave vouches for another key than the one that signed the quote");
  return certification;
}

interface PckChain {
  readonly leaf: Certificate;
  readonly authority: Certificate;
  readonly root: Certificate;
}

function pckChain({ data }: QuotingEnclaveCertification, rootFingerprint: RootFingerprint, nowMs: number): PckChain {
  const chain = certificatesInPem(new TextDecoder("latin1").decode(data)).map(parseCertificate);
  const [leaf, authority, root] = chain;
  const isPlatforms =
    chain.length === 3 &&
    leaf!.commonName === PCK &&
    PCK_AUTHORITIES.has(authority!.commonName) &&
    root!.commonName === ROOT_NAME;
  if (!isPlatforms) throw untrusted("the chain of the quote is not that of a platform's key");
  const defect = chainDefect(chain, rootFingerprint, nowMs);
  if (defect !== undefined) throw untrusted(defect);
  return { leaf: leaf!, authority: authority!, root: root! };
}

/** What no TD may be whose word counts. */
function requireSoundTd({ report: { tdAttributes, mrSignerSeam, seamAttributes, mrServiceTd } }: Quote): void {
  if (tdAttributes[UNDER_DEBUG] !== 0) throw policy("the TD runs under debug: its host can read and change it");
  if (tdAttributes.some((byte, i) => (byte & ~KNOWN_ATTRIBUTES[i]!) !== 0)) {
    throw policy(`the TD has attributes that mean something unknown: ${toHex(tdAttributes)}`);
  }
  if (!isZero(mrSignerSeam) || !isZero(seamAttributes)) throw untrusted("the TDX module is not Intel's");
  if (mrServiceTd !== undefined && !isZero(mrServiceTd)) throw policy("another TD serves the TD, and can migrate it");
}

function judge(
  { report }: Quote,
  enclave: QuotingEnclaveCertification,
  { leaf, authority, root }: PckChain,
  platform: Platform,
  { tcbInfo, qeIdentity, rootRevocations, pckRevocations }: Collateral,
  fingerprint: RootFingerprint,
  nowMs: number,
): TcbLevel {
  const ofRoot = parseRevocationList(rootRevocations);
  const ofPlatforms = parseRevocationList(pckRevocations);
  const opened = (signed: SignedText, what: string): JsonFields => {
    const { content, signer } = openSigned(signed, what, fingerprint, nowMs);
    requireNotRevoked(revocationDefect(ofRoot, root, signer, nowMs));
    return currentFields(content, what, nowMs);
  };
  requireNotRevoked(revocationDefect(ofRoot, root, authority, nowMs));
  requireNotRevoked(revocationDefect(ofPlatforms, authority, leaf, nowMs));
  const level = platformLevel(opened(tcbInfo, "the TCB info"), platform, report);
  return worse(level, enclaveLevel(opened(qeIdentity, "the identity of the quoting enclave"), enclave.report));
}

function currentFields(content: unknown, what: string, nowMs: number): JsonFields {
  const fields = new JsonFields(content, what);
  if (nowMs < fields.time("issueDate")) throw new TdxError("collateral", `${what} is not valid yet`);
  if (nowMs > fields.time("nextUpdate")) throw new TdxError("collateral", `${what} is out of date`);
  return fields;
}

function requireNotRevoked(defect: string | undefined): void {
  if (defect !== undefined) throw untrusted(defect);
}

/** Certificates and lists that cannot be read prove nothing. */
function inCertificates<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) throw new TdxError("untrusted", error.message, { cause: error });
    throw error;
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function untrusted(message: string): TdxError {
  return new TdxError("untrusted", message);
}

function policy(message: string): TdxError {
  return new TdxError("policy", message);
}
