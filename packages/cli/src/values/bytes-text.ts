/** How bytes are printed: as serde does, a list of numbers, or as text. */
export type BytesForm = "list" | "hex" | "base64";

/** Hexadecimal digits after `0x`, or base64 after `base64:`. */
export function bytesText(bytes: Uint8Array, form: "hex" | "base64"): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(form);
  return form === "hex" ? `0x${text}` : `base64:${text}`;
}

/**
 * The bytes of `0x0102` or `0102`, of `base64:AQI=` (or its URL alphabet), and of `utf8:any text`.
 *
 * @throws RangeError for any other text
 */
export function parseBytesText(text: string): Uint8Array {
  if (text.startsWith("utf8:")) return new TextEncoder().encode(text.slice("utf8:".length));
  if (text.startsWith("base64:")) return fromBase64(text.slice("base64:".length));
  const digits = /^(?:0x)?((?:[0-9a-fA-F]{2})*)$/.exec(text)?.[1];
  if (digits === undefined) throw new RangeError("bytes are written 0x0102, base64:AQI=, utf8:text or [1,2]");
  return Uint8Array.from(Buffer.from(digits, "hex"));
}

function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  const plain = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  // Buffer passes over what is no base64.
  if (bytes.toString("base64").replace(/=+$/, "") !== plain) throw new RangeError("this is no base64");
  return Uint8Array.from(bytes);
}
