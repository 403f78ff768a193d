/** Checks of what callers pass in: Rust gets only what it can use, and mistakes are named where they are made. */
import { TransportError, type EndpointAddr } from "./transport.js";

/** TLS has one byte for the length of a protocol's name. */
const alpnBytesMax = 255;
const u32Max = 2 ** 32 - 1;

/** @throws TransportError `invalidArgument` unless `value` is bytes, of this length where one is given. */
export function requireBytes(value: unknown, what: string, length?: number): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw invalid(`${what} must be a Uint8Array, got ${describe(value)}`);
  if (length !== undefined && value.length !== length) {
    throw invalid(`${what} must be ${length} bytes, got ${value.length}`);
  }
}

/** @throws TransportError `invalidArgument` unless `value` is an integer from 0 to 2^32-1. */
export function requireU32(value: unknown, what: string): asserts value is number {
  requireInteger(value, what, 0, u32Max);
}

/** @throws TransportError `invalidArgument` unless `value` is an integer from 0 to 2^53-1. */
export function requireByteCount(value: unknown, what: string): asserts value is number {
  requireInteger(value, what, 0, Number.MAX_SAFE_INTEGER);
}

/** @throws TransportError `invalidArgument` unless `value` is an integer within the bounds. */
export function requireInteger(value: unknown, what: string, min: number, max: number): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw invalid(`${what} must be an integer from ${min} to ${max}, got ${describe(value)}`);
  }
}

/** The bytes of the reason of a close. @throws TransportError `invalidArgument` where the code or the reason is unusable. */
export function requireClose(code: number, reason: string | Uint8Array): Uint8Array {
  requireU32(code, "the code of a close");
  const bytes: unknown = typeof reason === "string" ? new TextEncoder().encode(reason) : reason;
  requireBytes(bytes, "the reason of a close");
  return bytes;
}

/** @throws TransportError `invalidArgument` unless `value` is an array of strings. */
export function requireStrings(value: unknown, what: string): asserts value is readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw invalid(`${what} must be an array of strings, got ${describe(value)}`);
  }
}

/** @throws TransportError `invalidArgument` unless `value` is an array of names that TLS can carry. */
export function requireAlpns(value: unknown): asserts value is readonly string[] {
  requireStrings(value, "alpns");
  const bad = value.find((alpn) => alpn === "" || Buffer.byteLength(alpn) > alpnBytesMax);
  if (bad !== undefined) throw invalid(`a protocol has 1 to ${alpnBytesMax} bytes, got ${describe(bad)}`);
}

/** @throws TransportError `invalidArgument` unless `value` has the form of an address; Rust checks what its texts say. */
export function requireAddr(value: unknown): asserts value is EndpointAddr {
  if (typeof value !== "object" || value === null)
    throw invalid(`an address must be an object, got ${describe(value)}`);
  const { id, relayUrls, directAddrs } = value as Partial<EndpointAddr>;
  if (typeof id !== "string" || !/^[0-9a-f]{64}$/.test(id)) {
    throw invalid(`an id must be 64 lowercase hexadecimal characters, got ${describe(id)}`);
  }
  requireStrings(relayUrls, "relayUrls");
  requireStrings(directAddrs, "directAddrs");
}

export function invalid(message: string): TransportError {
  return new TransportError("invalidArgument", message);
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  if (value === null || typeof value !== "object") return String(value);
  return Array.isArray(value) ? "an array" : (value.constructor?.name ?? "an object");
}
