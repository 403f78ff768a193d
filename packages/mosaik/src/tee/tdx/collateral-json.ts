import { fromHex, toHex } from "../../primitives/index.js";
import type { Collateral } from "./collateral.js";
import { TdxError } from "./errors.js";
import { JsonFields } from "./json-fields.js";
import type { SignedText } from "./signed-text.js";

/**
 * Collateral as files hold it: a JSON object with the members of `QuoteCollateralV3`, as `dcap-qvl` reads and writes it; lists of revocations in hexadecimal
 * digits.
 *
 * @throws TdxError `collateral` for anything else
 */
export function parseCollateral(json: string): Collateral {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (error) {
    throw new TdxError("collateral", "a file of collateral that is no JSON", { cause: error });
  }
  const fields = new JsonFields(content, "the collateral");
  const signed = (name: string): SignedText => ({
    text: fields.text(name),
    signature: fields.text(`${name}_signature`),
    issuerChain: fields.text(`${name}_issuer_chain`),
  });
  return {
    tcbInfo: signed("tcb_info"),
    qeIdentity: signed("qe_identity"),
    rootRevocations: hex(fields, "root_ca_crl"),
    pckRevocations: hex(fields, "pck_crl"),
  };
}

/** The text of a file that `parseCollateral` reads. */
export function collateralJson({ tcbInfo, qeIdentity, rootRevocations, pckRevocations }: Collateral): string {
  const members = {
    tcb_info: tcbInfo.text,
    tcb_info_signature: tcbInfo.signature,
    tcb_info_issuer_chain: tcbInfo.issuerChain,
    qe_identity: qeIdentity.text,
    qe_identity_signature: qeIdentity.signature,
    qe_identity_issuer_chain: qeIdentity.issuerChain,
    root_ca_crl: toHex(rootRevocations),
    pck_crl: toHex(pckRevocations),
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}

function hex(fields: JsonFields, name: string): Uint8Array {
  const bytes = fromHex(fields.text(name).toLowerCase());
  if (bytes === undefined) throw new TdxError("collateral", `${name} of the collateral is not in hexadecimal digits`);
  return bytes;
}
