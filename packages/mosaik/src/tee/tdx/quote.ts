import { Cursor } from "./cursor.js";
import { TdxError } from "./errors.js";

/** A report of an enclave, as of the one that makes quotes; as much of it as verifiers look at (Intel SDM vol. 3D, §38.15). */
export interface EnclaveReport {
  /** All of it, which is what is signed. */
  readonly bytes: Uint8Array;
  readonly miscSelect: number;
  readonly attributes: Uint8Array;
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  readonly reportData: Uint8Array;
}

/** What vouches for the key that signed a quote. */
export type Certification =
  | QuotingEnclaveCertification
  /** Of another type; Rust takes it and looks no further. */
  | { readonly kind: "other"; readonly type: number; readonly data: Uint8Array };

/** The quoting enclave vouches for the key, and the platform's key for the enclave (certification type 6). */
export interface QuotingEnclaveCertification {
  readonly kind: "quotingEnclave";
  readonly report: EnclaveReport;
  /** By the platform's key, the PCK: r and s. */
  readonly signature: Uint8Array;
  readonly authData: Uint8Array;
  /** The type of the certification data within; 5 is a chain of certificates in PEM. */
  readonly type: number;
  readonly data: Uint8Array;
}

/** What a TD is, and what runs in it, as the CPU measured it (Intel TDX module ABI, TDREPORT). */
export interface TdReport {
  readonly teeTcbSvn: Uint8Array;
  readonly mrSeam: Uint8Array;
  readonly mrSignerSeam: Uint8Array;
  readonly seamAttributes: Uint8Array;
  readonly tdAttributes: Uint8Array;
  readonly xfam: Uint8Array;
  readonly mrTd: Uint8Array;
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  readonly rtmrs: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  readonly reportData: Uint8Array;
  /** Of TD 1.5. */
  readonly teeTcbSvn2: Uint8Array | undefined;
  /** Of TD 1.5. */
  readonly mrServiceTd: Uint8Array | undefined;
}

/** A quote of versions 4 and 5 (Intel TDX DCAP quoting library API, appendix 3), parsed and not verified. */
export interface Quote {
  readonly version: 4 | 5;
  /** 0x81 is a TD, 0 an enclave. */
  readonly teeType: number;
  readonly qeVendorId: Uint8Array;
  readonly userData: Uint8Array;
  readonly report: TdReport;
  /** What is signed: all up to the length of the signature's section. */
  readonly signed: Uint8Array;
  /** By the attestation key: r and s. */
  readonly signature: Uint8Array;
  /** On P-256: x and y. */
  readonly attestationKey: Uint8Array;
  readonly certification: Certification;
  /** How long the section of the signature says it is, and how much of it was read. Rust passes over what it says. */
  readonly section: { readonly statedBytes: number; readonly readBytes: number };
}

/** The type of TEE that a TD is. */
export const TEE_TYPE_TDX = 0x81;

const ECDSA_P256 = 2;
const BODY_TD_1_0 = 2;
const BODY_TD_1_5 = 3;
const BODY_BYTES = { [BODY_TD_1_0]: 584, [BODY_TD_1_5]: 648 } as const;
const CERTIFIED_BY_QUOTING_ENCLAVE = 6;
const ENCLAVE_REPORT_BYTES = 384;

/**
 * Reads a quote. What follows behind it is passed over: hardware pads with zeros.
 *
 * @throws TdxError `malformedQuote`, whatever the bytes
 */
export function parseQuote(bytes: Uint8Array): Quote {
  const cursor = new Cursor(bytes);
  const version = cursor.u16("the version");
  if (version !== 4 && version !== 5) throw malformed(`a quote of version ${version}, not 4 or 5`);
  const keyType = cursor.u16("the type of the attestation key");
  if (keyType !== ECDSA_P256) throw malformed(`an attestation key of type ${keyType}, not 2: ECDSA with P-256`);
  const teeType = cursor.u32("the type of TEE");
  cursor.bytes(4, "what is reserved");
  const qeVendorId = cursor.bytes(16, "the vendor of the quoting enclave");
  const userData = cursor.bytes(20, "the user data");
  const report = parseBody(cursor, version === 4 ? BODY_TD_1_0 : bodyType(cursor));
  const signed = bytes.subarray(0, cursor.offset);
  const statedBytes = cursor.u32("the length of the signature's section");
  const section = new Cursor(cursor.rest());
  const signature = section.bytes(64, "the signature");
  const attestationKey = section.bytes(64, "the attestation key");
  const certification = parseCertification(section);
  return {
    version,
    teeType,
    qeVendorId,
    userData,
    report,
    signed,
    signature,
    attestationKey,
    certification,
    section: { statedBytes, readBytes: section.offset },
  };
}

function bodyType(cursor: Cursor): typeof BODY_TD_1_0 | typeof BODY_TD_1_5 {
  const type = cursor.u16("the type of the body");
  const length = cursor.u32("the length of the body");
  if (type !== BODY_TD_1_0 && type !== BODY_TD_1_5) throw malformed(`a body of type ${type}, not 2 or 3: a TD`);
  if (length !== BODY_BYTES[type]) throw malformed(`a body of type ${type} with ${length} bytes`);
  return type;
}

function parseBody(cursor: Cursor, type: typeof BODY_TD_1_0 | typeof BODY_TD_1_5): TdReport {
  const field = (length: number, what: string): Uint8Array => cursor.bytes(length, `the TD's ${what}`);
  return {
    teeTcbSvn: field(16, "TCB SVN"),
    mrSeam: field(48, "MRSEAM"),
    mrSignerSeam: field(48, "MRSIGNERSEAM"),
    seamAttributes: field(8, "SEAM attributes"),
    tdAttributes: field(8, "attributes"),
    xfam: field(8, "XFAM"),
    mrTd: field(48, "MRTD"),
    mrConfigId: field(48, "MRCONFIGID"),
    mrOwner: field(48, "MROWNER"),
    mrOwnerConfig: field(48, "MROWNERCONFIG"),
    rtmrs: [field(48, "RTMR0"), field(48, "RTMR1"), field(48, "RTMR2"), field(48, "RTMR3")],
    reportData: field(64, "report data"),
    teeTcbSvn2: type === BODY_TD_1_5 ? field(16, "second TCB SVN") : undefined,
    mrServiceTd: type === BODY_TD_1_5 ? field(48, "MRSERVICETD") : undefined,
  };
}

function parseCertification(section: Cursor): Certification {
  const type = section.u16("the type of the certification");
  const data = section.bytes(section.u32("the length of the certification"), "the certification");
  if (type !== CERTIFIED_BY_QUOTING_ENCLAVE) return { kind: "other", type, data };
  const inner = new Cursor(data);
  const report = parseEnclaveReport(inner.bytes(ENCLAVE_REPORT_BYTES, "the quoting enclave's report"));
  const signature = inner.bytes(64, "the quoting enclave's signature");
  const authData = inner.bytes(inner.u16("the length of the authentication data"), "the authentication data");
  const innerType = inner.u16("the type of the inner certification");
  const innerData = inner.bytes(inner.u32("the length of the inner certification"), "the inner certification");
  return { kind: "quotingEnclave", report, signature, authData, type: innerType, data: innerData };
}

function parseEnclaveReport(bytes: Uint8Array): EnclaveReport {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    bytes,
    miscSelect: view.getUint32(16, true),
    attributes: bytes.subarray(48, 64),
    mrSigner: bytes.subarray(128, 160),
    isvProdId: view.getUint16(256, true),
    isvSvn: view.getUint16(258, true),
    reportData: bytes.subarray(320, 384),
  };
}

function malformed(message: string): TdxError {
  return new TdxError("malformedQuote", message);
}
