import { toHex } from "../../primitives/index.js";
import { hasSigned, rawSignature, requireAlgorithm, type Certificate } from "./certificate.js";
import { bitBytes, DerError, DerReader, TAG, timeOf } from "./der.js";

/** A list of revoked certificates (RFC 5280 §5). */
export interface RevocationList {
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly issuer: Uint8Array;
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number;
  /** Hexadecimal. */
  readonly serials: ReadonlySet<string>;
}

/** @throws DerError for anything but a list of version 2 that is signed by ECDSA with SHA-256 and says when the next one comes */
export function parseRevocationList(der: Uint8Array): RevocationList {
  const outer = new DerReader(DerReader.only(der, TAG.sequence, "a revocation list").content);
  const tbs = outer.read(TAG.sequence, "what is signed");
  requireAlgorithm(outer);
  const signature = rawSignature(bitBytes(outer.read(TAG.bitString, "the signature"), "the signature"));
  outer.end("a revocation list");

  const body = new DerReader(tbs.content);
  body.optional(TAG.integer, "the version");
  requireAlgorithm(body);
  const issuer = body.read(TAG.sequence, "the issuer").whole;
  const thisUpdateMs = timeOf(body.next("this update"), "this update");
  if (body.peek() !== TAG.utcTime && body.peek() !== TAG.generalizedTime) throw new DerError("no next update");
  const nextUpdateMs = timeOf(body.next("the next update"), "the next update");
  const serials = new Set<string>();
  const list = body.optional(TAG.sequence, "the revoked certificates");
  for (const entries = new DerReader(list?.content ?? new Uint8Array()); entries.hasMore;) {
    serials.add(toHex(entries.inside(TAG.sequence, "an entry").read(TAG.integer, "a serial number").content));
  }
  return { signed: tbs.whole, signature, issuer, thisUpdateMs, nextUpdateMs, serials };
}

/** Whether a certificate's key made the list. */
export function hasIssued(issuer: Certificate, { signed, signature }: RevocationList): boolean {
  return hasSigned(issuer, signed, signature);
}
