import { ipBytes, isIpv4 } from "./ip.js";

/** Bytes of a node's id, and of a target. */
export const NODE_ID_BYTES = 20;

/** Which bits of an address count (BEP 42): no more than one network is worth. */
const MASK_V4 = [0x03, 0x0f, 0x3f, 0xff];
const MASK_V6 = [0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff];
/** The Castagnoli polynomial, reflected (RFC 3720 §B.4). */
const CRC32C_POLYNOMIAL = 0x82f63b78;

/** An id that an address may have (BEP 42). @param random 20 random bytes */
export function secureNodeId(host: string, random: Uint8Array): Uint8Array {
  const id = random.slice(0, NODE_ID_BYTES);
  const [first, second, third] = prefixOf(host, id[NODE_ID_BYTES - 1]!);
  id[0] = first;
  id[1] = second;
  id[2] = (third & 0xf8) | (id[2]! & 0x07);
  return id;
}

/** Whether an address may have this id (BEP 42). Addresses of private networks may have any. */
export function isSecureNodeId(host: string, id: Uint8Array): boolean {
  if (isLocal(host)) return true;
  const [first, second, third] = prefixOf(host, id[NODE_ID_BYTES - 1]!);
  return id[0] === first && id[1] === second && (id[2]! & 0xf8) === (third & 0xf8);
}

/** Below 0 where `a` is nearer to the target than `b`, by exclusive or. */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < NODE_ID_BYTES; i++) {
    const difference = (target[i]! ^ a[i]!) - (target[i]! ^ b[i]!);
    if (difference !== 0) return difference;
  }
  return 0;
}

function prefixOf(host: string, lastByte: number): [number, number, number] {
  const mask = isIpv4(host) ? MASK_V4 : MASK_V6;
  const masked = ipBytes(host)
    .slice(0, mask.length)
    .map((byte, i) => byte & mask[i]!);
  masked[0] = masked[0]! | ((lastByte & 7) << 5);
  const crc = crc32c(masked);
  return [crc >>> 24, (crc >>> 16) & 255, (crc >>> 8) & 255];
}

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
  }
  return ~crc >>> 0;
}

function isLocal(host: string): boolean {
  const [a, b] = ipBytes(host);
  if (!isIpv4(host)) return host === "::1" || (a! & 0xfe) === 0xfc || (a === 0xfe && (b! & 0xc0) === 0x80);
  return (
    a === 10 || a === 127 || (a === 172 && (b! & 0xf0) === 16) || (a === 192 && b === 168) || (a === 169 && b === 254)
  );
}
