/** Bytes as text, one character for each: what wire formats call text and do not say the encoding of. */
export function latin1Of(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The bytes of such a text. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
