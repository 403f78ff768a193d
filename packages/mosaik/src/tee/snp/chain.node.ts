import { createHash, verify, X509Certificate } from "node:crypto";
import { certificateExtensions } from "../pki/certificate.js";
import { DerError } from "../pki/der.js";
import { SnpError } from "./errors.js";
import type { SnpReport } from "./report.js";

/** The certificates that vouch for a report, each in DER. */
export interface SnpCertificates {
  /** Of the key that signed it: the chip's own (VCEK), or its cloud's (VLEK). */
  readonly endorsement: Uint8Array;
  /** Of AMD's authority for that kind of chip: ASK, or ASVK. */
  readonly authority: Uint8Array;
  /** The root: ARK. */
  readonly root: Uint8Array;
}

/** AMD's roots, SHA-256 of their certificates as AMD publishes them, by product. */
export const AMD_ROOTS: ReadonlyMap<string, string> = new Map([
  ["Milan", "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"],
  ["Genoa", "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"],
  ["Turin", "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"],
]);

/**
 * Checks the chain of a report's key up to a trusted root, and the report's signature: RSA-PSS and ECDSA with P-384.
 *
 * @param roots fingerprints, 64 lowercase hexadecimal digits
 * @returns the extensions of the key's certificate
 * @throws SnpError `untrusted`
 */
export function requireChain(
  { signed, signature }: SnpReport,
  certificates: SnpCertificates,
  roots: readonly string[],
  nowMs: number,
): ReadonlyMap<string, Uint8Array> {
  const { endorsement: leafDer, authority: authorityDer, root: rootDer } = certificates;
  const [leaf, authority, root] = [leafDer, authorityDer, rootDer].map(parse) as [
    X509Certificate,
    X509Certificate,
    X509Certificate,
  ];
  if (!roots.includes(createHash("sha256").update(root.raw).digest("hex"))) {
    throw untrusted(`${nameOf(root)} is not a root that is trusted`);
  }
  for (const [certificate, issuer] of [
    [root, root],
    [authority, root],
    [leaf, authority],
  ] as const) {
    requireCurrent(certificate, nowMs);
    if (!issuer.ca) throw untrusted(`${nameOf(issuer)} may sign no certificates`);
    if (certificate.issuer !== issuer.subject) throw untrusted(`${nameOf(certificate)} names another issuer`);
    if (!certificate.verify(issuer.publicKey)) throw untrusted(`the signature of ${nameOf(certificate)} does not hold`);
  }
  const { publicKey } = leaf;
  if (publicKey.asymmetricKeyDetails?.namedCurve !== "secp384r1") throw untrusted("a key that is not of P-384");
  if (!verify("sha384", signed, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)) {
    throw untrusted("the signature of the report does not hold");
  }
  return extensionsOf(leafDer);
}

function parse(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw new SnpError("untrusted", `no certificate: ${(error as Error).message}`, { cause: error });
  }
}

function extensionsOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> {
  try {
    return certificateExtensions(der);
  } catch (error) {
    if (error instanceof DerError) throw new SnpError("untrusted", error.message, { cause: error });
    throw error;
  }
}

function requireCurrent(certificate: X509Certificate, nowMs: number): void {
  const [from, to] = [certificate.validFrom, certificate.validTo].map((text) => Date.parse(text)) as [number, number];
  if (!(nowMs >= from)) throw untrusted(`${nameOf(certificate)} is not valid yet`);
  if (!(nowMs <= to)) throw untrusted(`${nameOf(certificate)} has expired`);
}

function nameOf({ subject }: X509Certificate): string {
  return `the certificate of ${/^CN=(.*)$/m.exec(subject)?.[1] ?? "nobody"}`;
}

function untrusted(message: string): SnpError {
  return new SnpError("untrusted", message);
}
