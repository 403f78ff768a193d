import { fromHex } from "../../primitives/index.js";
import { hasSigned, parseCertificate, type Certificate } from "../pki/certificate.js";
import { chainDefect, type RootFingerprint } from "../pki/chain.js";
import { certificatesInPem } from "../pki/pem.js";
import { TdxError } from "./errors.js";

/** A text that Intel signed, such as how old the software of a platform may be. */
export interface SignedText {
  /** Exactly what is signed: JSON, without what encloses it in the answer of a server. */
  readonly text: string;
  /** r and s, hexadecimal. */
  readonly signature: string;
  /** PEM: the signer's certificate and the root's. */
  readonly issuerChain: string;
}

const SIGNER = "Intel SGX TCB Signing";

/**
 * What a text says, once its signature and its signer's chain hold.
 *
 * @throws TdxError `untrusted`, `collateral`
 */
export function openSigned(
  { text, signature, issuerChain }: SignedText,
  what: string,
  root: RootFingerprint,
  nowMs: number,
): { readonly content: unknown; readonly signer: Certificate } {
  const chain = certificatesInPem(issuerChain).map(parseCertificate);
  const [signer] = chain;
  const defect = chainDefect(chain, root, nowMs);
  if (defect !== undefined) throw new TdxError("untrusted", `${what}: ${defect}`);
  if (signer!.commonName !== SIGNER)
    throw new TdxError("untrusted", `${what} is signed by ${signer!.commonName}, not by ${SIGNER}`);
  const bytes = fromHex(signature.toLowerCase());
  if (bytes?.length !== 64 || !hasSigned(signer!, new TextEncoder().encode(text), bytes)) {
    throw new TdxError("untrusted", `the signature of ${what} does not hold`);
  }
  try {
    return { content: JSON.parse(text), signer: signer! };
  } catch (error) {
    throw new TdxError("collateral", `${what} is no JSON`, { cause: error });
  }
}

/**
 * The value of a member of a JSON object, as it stands in the text: the bytes that are signed.
 *
 * @throws TdxError `collateral`
 */
export function memberText(json: string, name: string): string {
  const start = json.indexOf(`"${name}"`);
  const open = start < 0 ? -1 : json.indexOf("{", start);
  if (open < 0) throw new TdxError("collateral", `there is no ${name} in what the server said`);
  let depth = 0;
  for (let i = open, isInText = false; i < json.length; i++) {
    const character = json[i];
    if (isInText) {
      if (character === "\\") i++;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return json.slice(open, i + 1);
  }
  throw new TdxError("collateral", `${name} does not end`);
}
