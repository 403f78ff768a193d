import { concatBytes, toHex } from "../../primitives/index.js";
import { bitBytes, DerError, DerReader, oidText, smallInteger, TAG, timeOf, type DerElement } from "./der.js";
import { checkP256, uncompressedPoint } from "./p256.js";

/** A certificate of X.509 with a key of P-256, as much of it as a chain is judged by (RFC 5280). */
export interface Certificate {
  readonly der: Uint8Array;
  /** What is signed. */
  readonly signed: Uint8Array;
  /** r and s. */
  readonly signature: Uint8Array;
  /** Hexadecimal. */
  readonly serial: string;
  /** Names as they stand in DER: two are one if their bytes are. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly commonName: string | undefined;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The point: 4, x, y. */
  readonly publicKey: Uint8Array;
  readonly isCa: boolean;
  /** How many certificates of authorities may come below it; `undefined` for any. */
  readonly pathLengthMax: number | undefined;
  /** Whether its key may sign certificates and revocation lists; `undefined` where it does not say. */
  readonly keyUsage: { readonly certificates: boolean; readonly revocations: boolean } | undefined;
  /** What extensions hold, by their identifiers. */
  readonly extensions: ReadonlyMap<string, Uint8Array>;
}

const OID = {
  ecdsaSha256: "1.2.840.10045.4.3.2",
  ecPublicKey: "1.2.840.10045.2.1",
  p256: "1.2.840.10045.3.1.7",
  commonName: "2.5.4.3",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
} as const;

/** Critical extensions that are understood here; a certificate with another one must not be used (RFC 5280 §4.2). */
const UNDERSTOOD: readonly string[] = [OID.basicConstraints, OID.keyUsage];

/** @throws DerError for anything but a certificate signed by ECDSA with SHA-256 that has a key of P-256 */
export function parseCertificate(der: Uint8Array): Certificate {
  const outer = new DerReader(DerReader.only(der, TAG.sequence, "a certificate").content);
  const tbs = outer.read(TAG.sequence, "what is signed");
  requireAlgorithm(outer);
  const signature = rawSignature(bitBytes(outer.read(TAG.bitString, "the signature"), "the signature"));
  outer.end("a certificate");

  const body = new DerReader(tbs.content);
  body.optional(TAG.context(0), "the version");
  const serial = toHex(body.read(TAG.integer, "the serial number").content);
  requireAlgorithm(body);
  const issuer = body.read(TAG.sequence, "the issuer");
  const validity = body.inside(TAG.sequence, "the validity");
  const notBeforeMs = timeOf(validity.next("the begin"), "the begin");
  const notAfterMs = timeOf(validity.next("the end"), "the end");
  const subject = body.read(TAG.sequence, "the subject");
  const publicKey = publicKeyOf(body.inside(TAG.sequence, "the key"));
  const extensions = extensionsOf(body);
  return {
    der,
    signed: tbs.whole,
    signature,
    serial,
    issuer: issuer.whole,
    subject: subject.whole,
    commonName: commonNameOf(subject),
    notBeforeMs,
    notAfterMs,
    publicKey,
    ...basicConstraints(extensions.get(OID.basicConstraints)),
    keyUsage: keyUsage(extensions.get(OID.keyUsage)),
    extensions,
  };
}

/** What a certificate's extensions hold, whatever its key and signature are. @throws DerError */
export function certificateExtensions(der: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const outer = new DerReader(DerReader.only(der, TAG.sequence, "a certificate").content);
  const body = outer.inside(TAG.sequence, "what is signed");
  body.optional(TAG.context(0), "the version");
  for (const part of ["the serial number", "the algorithm", "the issuer", "the validity", "the subject", "the key"]) {
    body.next(part);
  }
  return extensionsOf(body);
}

/** Whether a certificate's key made a signature. */
export function hasSigned({ publicKey }: Certificate, message: Uint8Array, signature: Uint8Array): boolean {
  return checkP256(publicKey, message, signature);
}

/** The algorithm of a signature, which must be ECDSA with SHA-256. */
export function requireAlgorithm(reader: DerReader): void {
  const algorithm = oidText(reader.inside(TAG.sequence, "the algorithm").read(TAG.oid, "the algorithm"));
  if (algorithm !== OID.ecdsaSha256) throw new DerError(`signed by algorithm ${algorithm}, not by ECDSA with SHA-256`);
}

/** r and s, 32 bytes each, of a signature in DER (RFC 3279 §2.2.3). */
export function rawSignature(der: Uint8Array): Uint8Array {
  const reader = new DerReader(DerReader.only(der, TAG.sequence, "a signature").content);
  const [r, s] = [fieldElement(reader), fieldElement(reader)];
  reader.end("a signature");
  return concatBytes(r, s);
}

function fieldElement(reader: DerReader): Uint8Array {
  const { content } = reader.read(TAG.integer, "a signature");
  const digits = content[0] === 0 ? content.subarray(1) : content;
  if (digits.length > 32 || content.length === 0 || content[0]! >= 0x80)
    throw new DerError("a signature of another curve");
  const padded = new Uint8Array(32);
  padded.set(digits, 32 - digits.length);
  return padded;
}

function publicKeyOf(reader: DerReader): Uint8Array {
  const algorithm = reader.inside(TAG.sequence, "the key's algorithm");
  const [kind, curve] = [
    oidText(algorithm.read(TAG.oid, "the key's kind")),
    oidText(algorithm.read(TAG.oid, "the curve")),
  ];
  if (kind !== OID.ecPublicKey || curve !== OID.p256) throw new DerError("a key that is not of P-256");
  return uncompressedPoint(bitBytes(reader.read(TAG.bitString, "the key"), "the key"));
}

function extensionsOf(body: DerReader): Map<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>();
  while (body.hasMore) {
    const element = body.next("what follows the key");
    if (element.tag !== TAG.context(3)) continue;
    const list = new DerReader(DerReader.only(element.content, TAG.sequence, "the extensions").content);
    while (list.hasMore) {
      const extension = list.inside(TAG.sequence, "an extension");
      const oid = oidText(extension.read(TAG.oid, "an extension"));
      const isCritical = extension.optional(TAG.boolean, "whether it is critical")?.content[0] === 0xff;
      if (isCritical && !UNDERSTOOD.includes(oid))
        throw new DerError(`a critical extension ${oid} that is not understood`);
      if (extensions.has(oid)) throw new DerError(`extension ${oid} twice`);
      extensions.set(oid, extension.read(TAG.octetString, `extension ${oid}`).content);
    }
  }
  return extensions;
}

function basicConstraints(content: Uint8Array | undefined): Pick<Certificate, "isCa" | "pathLengthMax"> {
  if (content === undefined) return { isCa: false, pathLengthMax: undefined };
  const reader = new DerReader(DerReader.only(content, TAG.sequence, "basic constraints").content);
  const isCa = reader.optional(TAG.boolean, "whether it is an authority")?.content[0] === 0xff;
  const length = reader.optional(TAG.integer, "the length of the path");
  return { isCa, pathLengthMax: length && smallInteger(length, "the length of the path") };
}

function keyUsage(content: Uint8Array | undefined): Certificate["keyUsage"] {
  if (content === undefined) return undefined;
  const bits = DerReader.only(content, TAG.bitString, "the key usage").content[1] ?? 0;
  return { certificates: (bits & 0x04) !== 0, revocations: (bits & 0x02) !== 0 };
}

function commonNameOf({ content }: DerElement): string | undefined {
  const names = new DerReader(content);
  while (names.hasMore) {
    const attribute = names.inside(TAG.set, "a name").inside(TAG.sequence, "a name");
    if (oidText(attribute.read(TAG.oid, "a name")) !== OID.commonName) continue;
    return new TextDecoder().decode(attribute.next("a name").content);
  }
  return undefined;
}
