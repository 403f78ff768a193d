import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, fromHex } from "../../src/primitives/index.js";

/** A key of P-256 that signs as quoting enclaves and authorities do. */
export interface TestKey {
  readonly secret: Uint8Array;
  /** x and y. */
  readonly point: Uint8Array;
}

export function testKey(fill: number): TestKey {
  const secret = new Uint8Array(32).fill(fill);
  return { secret, point: p256.getPublicKey(secret, false).slice(1) };
}

/** r and s, of a message's SHA-256. */
export function sign({ secret }: TestKey, message: Uint8Array): Uint8Array {
  return p256.sign(message, secret, { lowS: false });
}

export interface QuoteParts {
  readonly version?: 4 | 5;
  readonly bodyType?: 2 | 3;
  readonly teeType?: number;
  readonly vendor?: string;
  readonly tdAttributes?: Uint8Array;
  readonly mrtd?: Uint8Array;
  readonly rtmrs?: readonly Uint8Array[];
  readonly reportData?: Uint8Array;
  readonly teeTcbSvn?: Uint8Array;
  readonly teeTcbSvn2?: Uint8Array;
  readonly mrConfigId?: Uint8Array;
  readonly mrSignerSeam?: Uint8Array;
  readonly mrServiceTd?: Uint8Array;
  readonly key?: TestKey;
  /** Type and data of what vouches for the key. Default: what the smallest quote has that Rust takes. */
  readonly certification?: { readonly type: number; readonly data: Uint8Array };
  /** What is signed, where it is not what Intel signs. */
  readonly signedBytes?: number;
}

export const INTEL_VENDOR = "939a7233f79c4ca9940a0db3957f0607";
const zeros = (length: number): Uint8Array => new Uint8Array(length);

/** A quote of our own making, whose signature holds under a key that is in it. */
export function forgeQuote(parts: QuoteParts = {}): Uint8Array {
  const { version = 4, bodyType = 2, teeType = 0x81, key = testKey(7) } = parts;
  const certification = parts.certification ?? { type: 5, data: zeros(0) };
  const vendor = parts.vendor === undefined ? zeros(16) : fromHex(parts.vendor)!;
  const header = concatBytes(u16(version), u16(2), u32(teeType), zeros(4), vendor, zeros(20));
  const descriptor = version === 4 ? zeros(0) : concatBytes(u16(bodyType), u32(bodyType === 2 ? 584 : 648));
  const body = concatBytes(
    parts.teeTcbSvn ?? zeros(16),
    zeros(48),
    parts.mrSignerSeam ?? zeros(48),
    zeros(8),
    parts.tdAttributes ?? Uint8Array.of(0, 0, 0, 0x10, 0, 0, 0, 0),
    zeros(8),
    parts.mrtd ?? zeros(48),
    parts.mrConfigId ?? zeros(48),
    zeros(96),
    ...Array.from({ length: 4 }, (_, i) => parts.rtmrs?.[i] ?? zeros(48)),
    parts.reportData ?? zeros(64),
    ...(version === 5 && bodyType === 3 ? [parts.teeTcbSvn2 ?? zeros(16), parts.mrServiceTd ?? zeros(48)] : []),
  );
  const covered = concatBytes(header, descriptor, body);
  const signature = sign(key, covered.subarray(0, parts.signedBytes ?? covered.length));
  const section = concatBytes(
    signature,
    key.point,
    u16(certification.type),
    u32(certification.data.length),
    certification.data,
  );
  return concatBytes(covered, u32(section.length), section);
}

/** What a quoting enclave says of a key, signed by a platform's key (certification type 6). */
export function certifyKey(
  key: TestKey,
  platform: TestKey,
  chainPem: string,
  {
    report,
    authData = zeros(32),
  }: { readonly report?: (report: Uint8Array) => void; readonly authData?: Uint8Array } = {},
): { readonly type: number; readonly data: Uint8Array } {
  const enclave = zeros(384);
  enclave.set(sha256(concatBytes(key.point, authData)), 320);
  report?.(enclave);
  const pem = concatBytes(new TextEncoder().encode(chainPem), zeros(1));
  const data = concatBytes(
    enclave,
    sign(platform, enclave),
    u16(authData.length),
    authData,
    u16(5),
    u32(pem.length),
    pem,
  );
  return { type: 6, data };
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
