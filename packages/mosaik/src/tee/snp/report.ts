import { SnpError } from "./errors.js";

/** The versions of the parts of a platform's firmware; of each a newer one is greater. */
export interface SnpTcb {
  /** Of Turin and later alone. */
  readonly fmc: number | undefined;
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** An attestation report (AMD SEV-SNP firmware ABI, document 56860, table ATTESTATION_REPORT), parsed and not verified. */
export interface SnpReport {
  /** 2 to 5. */
  readonly version: number;
  readonly guestSvn: number;
  readonly policy: bigint;
  readonly familyId: Uint8Array;
  readonly imageId: Uint8Array;
  /** The privilege level that asked for it; 0 is the highest. */
  readonly vmpl: number;
  readonly platformInfo: bigint;
  /** What signed it. */
  readonly signingKey: "vcek" | "vlek" | "none";
  /** Whether the id of the chip is left out of it. */
  readonly isChipMasked: boolean;
  /** 64 bytes of the guest's choice. */
  readonly reportData: Uint8Array;
  /** Of the guest as it was started, 48 bytes. */
  readonly measurement: Uint8Array;
  /** 32 bytes of the host's choice. */
  readonly hostData: Uint8Array;
  readonly idKeyDigest: Uint8Array;
  readonly authorKeyDigest: Uint8Array;
  /** As it stands: which byte is which part depends on the product. */
  readonly reportedTcb: Uint8Array;
  readonly committedTcb: Uint8Array;
  readonly launchTcb: Uint8Array;
  readonly chipId: Uint8Array;
  /** What is signed. */
  readonly signed: Uint8Array;
  /** r and s, 48 bytes each, big-endian. */
  readonly signature: Uint8Array;
}

const REPORT_BYTES = 0x4a0;
const SIGNED_BYTES = 0x2a0;
/** r and s stand in it little-endian, with zeros behind them. */
const COMPONENT_BYTES = 72;
const COORDINATE_BYTES = 48;
const ECDSA_P384_SHA384 = 1;
const VERSIONS = { min: 2, max: 5 } as const;
const SIGNING_KEYS = ["vcek", "vlek"] as const;
const NO_KEY = 7;

/**
 * Reads a report. What follows behind it, as the kernel pads, is passed over.
 *
 * @throws SnpError `malformedReport`, whatever the bytes
 */
export function parseReport(bytes: Uint8Array): SnpReport {
  if (bytes.length < REPORT_BYTES) throw malformed(`${bytes.length} bytes, not ${REPORT_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, REPORT_BYTES);
  const field = (at: number, length: number): Uint8Array => bytes.subarray(at, at + length);
  const version = view.getUint32(0, true);
  if (version < VERSIONS.min || version > VERSIONS.max) throw malformed(`version ${version}, not 2 to 5`);
  const algorithm = view.getUint32(0x34, true);
  if (algorithm !== ECDSA_P384_SHA384) throw malformed(`a signature of algorithm ${algorithm}, not 1: ECDSA P-384`);
  const keyInfo = view.getUint32(0x48, true);
  const key = (keyInfo >> 2) & 7;
  const signingKey = key === NO_KEY ? "none" : SIGNING_KEYS[key];
  if (signingKey === undefined) throw malformed(`a signing key of kind ${key}`);
  return {
    version,
    guestSvn: view.getUint32(0x04, true),
    policy: view.getBigUint64(0x08, true),
    familyId: field(0x10, 16),
    imageId: field(0x20, 16),
    vmpl: view.getUint32(0x30, true),
    platformInfo: view.getBigUint64(0x40, true),
    signingKey,
    isChipMasked: (keyInfo & 2) !== 0,
    reportData: field(0x50, 64),
    measurement: field(0x90, 48),
    hostData: field(0xc0, 32),
    idKeyDigest: field(0xe0, 48),
    authorKeyDigest: field(0x110, 48),
    reportedTcb: field(0x180, 8),
    chipId: field(0x1a0, 64),
    committedTcb: field(0x1e0, 8),
    launchTcb: field(0x1f0, 8),
    signed: field(0, SIGNED_BYTES),
    signature: signatureAt(bytes, SIGNED_BYTES),
  };
}

/** The parts of a version as it stands in a report. @param product as certificates name it, `Milan`, `Genoa`, `Turin` */
export function tcbOf(bytes: Uint8Array, product: string): SnpTcb {
  const [first, second, third, fourth] = bytes as unknown as [number, number, number, number];
  const microcode = bytes[7]!;
  return product === "Turin"
    ? { fmc: first, bootloader: second, tee: third, snp: fourth, microcode }
    : { fmc: undefined, bootloader: first, tee: second, snp: bytes[6]!, microcode };
}

function signatureAt(bytes: Uint8Array, at: number): Uint8Array {
  const signature = new Uint8Array(2 * COORDINATE_BYTES);
  for (const part of [0, 1]) {
    const component = bytes.subarray(at + part * COMPONENT_BYTES, at + (part + 1) * COMPONENT_BYTES);
    if (component.subarray(COORDINATE_BYTES).some((byte) => byte !== 0))
      throw malformed("a signature of another curve");
    signature.set(component.slice(0, COORDINATE_BYTES).reverse(), part * COORDINATE_BYTES);
  }
  return signature;
}

function malformed(message: string): SnpError {
  return new SnpError("malformedReport", message);
}
