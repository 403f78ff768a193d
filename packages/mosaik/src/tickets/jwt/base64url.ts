const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [first, second, third] = [bytes[i]!, bytes[i + 1], bytes[i + 2]];
    text += ALPHABET[first >> 2]! + ALPHABET[((first & 3) << 4) | ((second ?? 0) >> 4)]!;
    if (second !== undefined) text += ALPHABET[((second & 15) << 2) | ((third ?? 0) >> 6)]!;
    if (third !== undefined) text += ALPHABET[third & 63]!;
  }
  return text;
}

/**
 * The bytes of a base64url text by the rule of Rust's base64 0.13 (spec 07 §5.2): only the alphabet, nothing but zeros in the unused
 * bits of the last symbol. One or two `=` may end a last group of two or three symbols, as far as it has room for them.
 *
 * @returns `undefined` for any other text
 */
export function fromBase64url(text: string): Uint8Array | undefined {
  const length = withoutPadding(text);
  if (length === undefined) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let held = 0;
  let heldBits = 0;
  let written = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUES[code]! : -1;
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0x3fff;
    heldBits += 6;
    if (heldBits < 8) continue;
    heldBits -= 8;
    bytes[written++] = held >> heldBits;
  }
  return (held & ((1 << heldBits) - 1)) === 0 ? bytes : undefined;
}

/** How many symbols there are before the padding; `undefined` where no such number of symbols or of padding can be. */
function withoutPadding(text: string): number | undefined {
  let length = text.length;
  while (length > 0 && text[length - 1] === "=") length--;
  const [symbols, padding] = [length % 4, text.length - length];
  if (symbols === 1) return undefined;
  return padding === 0 || (symbols > 1 && symbols + padding <= 4) ? length : undefined;
}
