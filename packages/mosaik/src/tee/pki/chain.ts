import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes, toHex } from "../../primitives/index.js";
import { hasSigned, type Certificate } from "./certificate.js";
import { hasIssued, type RevocationList } from "./revocations.js";

/** SHA-256 of the DER of a root's certificate, 64 lowercase hexadecimal digits. */
export type RootFingerprint = string;

/**
 * What is wrong with a chain, from the leaf to a root that is trusted as it is (RFC 5280 §6): names, signatures, authorities, lengths of paths, uses
 * of keys, and dates at one moment.
 *
 * @returns for people; nothing where the chain holds
 */
export function chainDefect(chain: readonly Certificate[], root: RootFingerprint, nowMs: number): string | undefined {
  const last = chain.at(-1);
  if (last === undefined) return "an empty chain";
  if (toHex(sha256(last.der)) !== root) return `${nameOf(last)} is not the root that is trusted`;
  for (const [i, certificate] of chain.entries()) {
    const issuer = chain[i + 1] ?? certificate;
    const authoritiesBelow = Math.max(0, Math.min(i, chain.length - 2));
    const defect =
      datesDefect(certificate, nowMs) ?? linkDefect(certificate, issuer) ?? authorityDefect(issuer, authoritiesBelow);
    if (defect !== undefined) return defect;
  }
  return undefined;
}

/** What is wrong with a revocation list at one moment, or with a certificate by it; nothing where both are well. */
export function revocationDefect(
  list: RevocationList,
  issuer: Certificate,
  certificate: Certificate,
  nowMs: number,
): string | undefined {
  const name = `the revocation list of ${nameOf(issuer)}`;
  if (!equalBytes(list.issuer, issuer.subject)) return `${name} is of another issuer`;
  if (issuer.keyUsage?.revocations === false) return `${nameOf(issuer)} may sign no revocation lists`;
  if (!hasIssued(issuer, list)) return `the signature of ${name} does not hold`;
  if (nowMs < list.thisUpdateMs) return `${name} is not valid yet`;
  if (nowMs > list.nextUpdateMs) return `${name} is out of date`;
  return list.serials.has(certificate.serial) ? `${nameOf(certificate)} was revoked` : undefined;
}

export function nameOf({ commonName, serial }: Certificate): string {
  return `the certificate of ${commonName ?? serial}`;
}

function datesDefect(certificate: Certificate, nowMs: number): string | undefined {
  if (nowMs < certificate.notBeforeMs) return `${nameOf(certificate)} is not valid yet`;
  return nowMs > certificate.notAfterMs ? `${nameOf(certificate)} has expired` : undefined;
}

function linkDefect(certificate: Certificate, issuer: Certificate): string | undefined {
  if (!equalBytes(certificate.issuer, issuer.subject)) return `${nameOf(certificate)} names another issuer`;
  return hasSigned(issuer, certificate.signed, certificate.signature)
    ? undefined
    : `the signature of ${nameOf(certificate)} does not hold`;
}

/** @param authoritiesBelow how many certificates of authorities are between it and the leaf */
function authorityDefect(issuer: Certificate, authoritiesBelow: number): string | undefined {
  if (!issuer.isCa || issuer.keyUsage?.certificates === false) return `${nameOf(issuer)} may sign no certificates`;
  const { pathLengthMax } = issuer;
  return pathLengthMax !== undefined && authoritiesBelow > pathLengthMax
    ? `${nameOf(issuer)} may not have so many below it`
    : undefined;
}
