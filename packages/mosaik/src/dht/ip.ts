import { formatIp, parseIp } from "@mosaik/postcard";
import type { SocketAddress } from "../runtime/index.js";

export function isIpv4(host: string): boolean {
  return !host.includes(":");
}

/** The 4 or 16 bytes of an address. @throws RangeError for any other text */
export function ipBytes(host: string): Uint8Array {
  return parseIp(host);
}

/** The text of an address: equal for equal ones, as long as their hosts are written alike. */
export function addressKey({ host, port }: SocketAddress): string {
  return isIpv4(host) ? `${host}:${port}` : `[${host}]:${port}`;
}

/** An address in its compact form (BEP 5, BEP 32): 4 or 16 bytes, and the port in 2, big-endian. */
export function compactAddress({ host, port }: SocketAddress): Uint8Array {
  return Uint8Array.of(...parseIp(host), port >>> 8, port & 255);
}

/** @param bytes 6 or 18 */
export function addressOf(bytes: Uint8Array): SocketAddress {
  const end = bytes.length - 2;
  return { host: formatIp(bytes.subarray(0, end)), port: (bytes[end]! << 8) | bytes[end + 1]! };
}
