import { formatIp, parseIp } from "@mosaik/postcard";

/** A node's place on the internet: the text of an IP address, and a UDP port. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export function isIpv4(host: string): boolean {
  return !host.includes(":");
}

/** The 4 or 16 bytes of an address. @throws RangeError for any other text */
export function ipBytes(host: string): Uint8Array {
  return parseIp(host);
}

/** The text of a place: equal for equal places, as long as their hosts are written alike. */
export function placeKey({ host, port }: Place): string {
  return isIpv4(host) ? `${host}:${port}` : `[${host}]:${port}`;
}

/** A place in its compact form (BEP 5, BEP 32): 4 or 16 bytes, and the port in 2, big-endian. */
export function compactPlace({ host, port }: Place): Uint8Array {
  return Uint8Array.of(...parseIp(host), port >>> 8, port & 255);
}

/** @param bytes 6 or 18 */
export function placeOf(bytes: Uint8Array): Place {
  const end = bytes.length - 2;
  return { host: formatIp(bytes.subarray(0, end)), port: (bytes[end]! << 8) | bytes[end + 1]! };
}
