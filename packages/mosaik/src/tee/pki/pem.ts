import { DerError } from "./der.js";

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/** The certificates of a text in PEM (RFC 7468), in their order. @throws DerError for one that is no base64, and for none */
export function certificatesInPem(text: string): Uint8Array[] {
  const blocks = [...text.matchAll(BLOCK)].map(([, body]) => bytesOf(body!));
  if (blocks.length === 0) throw new DerError("no certificate in PEM");
  return blocks;
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64.replace(/\s/g, "")), (character) => character.charCodeAt(0));
  } catch (error) {
    throw new DerError("a certificate in PEM that is no base64", { cause: error });
  }
}
