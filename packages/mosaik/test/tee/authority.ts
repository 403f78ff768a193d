import { sha256 } from "@noble/hashes/sha2.js";
import { p256 } from "@noble/curves/nist.js";
import { concatBytes, toHex } from "../../src/primitives/index.js";
import type { Collateral } from "../../src/tee/tdx/collateral.js";
import type { SignedText } from "../../src/tee/tdx/signed-text.js";
import { certifyKey, forgeQuote, INTEL_VENDOR, sign, testKey, type QuoteParts, type TestKey } from "./forge.js";

/** DER by hand: tag, length, content. */
function der(tag: number, ...content: Uint8Array[]): Uint8Array {
  const body = concatBytes(...content);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return concatBytes(Uint8Array.of(tag, ...size), body);
}

const sequence = (...content: Uint8Array[]): Uint8Array => der(0x30, ...content);
const octets = (content: Uint8Array): Uint8Array => der(0x04, content);
const text = (value: string): Uint8Array => der(0x0c, new TextEncoder().encode(value));
const TRUE = der(0x01, Uint8Array.of(0xff));

function integer(value: number): Uint8Array {
  const digits = value.toString(16);
  const bytes = (digits.length % 2 === 0 ? digits : `0${digits}`).match(/../g)!.map((byte) => parseInt(byte, 16));
  return der(0x02, Uint8Array.from(bytes[0]! < 0x80 ? bytes : [0, ...bytes]));
}

function oid(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split(".").map(Number) as [number, number, ...number[]];
  const arc = (value: number): number[] => {
    const digits = [value & 0x7f];
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift(0x80 | (left & 0x7f));
    return digits;
  };
  return der(0x06, Uint8Array.from([40 * first + second, ...rest].flatMap(arc)));
}

function utcTime(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(0x17, new TextEncoder().encode(`${digits}Z`));
}

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const nameOf = (commonName: string): Uint8Array => sequence(der(0x31, sequence(oid("2.5.4.3"), text(commonName))));
const bits = (content: Uint8Array): Uint8Array => der(0x03, Uint8Array.of(0), content);

/** A signature as certificates have it. */
function signedDer(key: TestKey, body: Uint8Array): Uint8Array {
  const raw = sign(key, body);
  return sequence(body, ECDSA_SHA256, bits(p256.Signature.fromBytes(raw).toBytes("der")));
}

export interface CertificateParts {
  readonly commonName: string;
  readonly serial: number;
  readonly key: TestKey;
  readonly issuer: { readonly commonName: string; readonly key: TestKey };
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  readonly isCa?: boolean;
  readonly extensions?: readonly Uint8Array[];
}

/** What the tests hold for now. */
export const NOW_MS = Date.parse("2026-03-04T05:06:07Z");
const YEAR_MS = 365 * 86_400_000;

export function certificate(parts: CertificateParts): Uint8Array {
  const { commonName, serial, key, issuer, isCa = false, extensions = [] } = parts;
  const { notBeforeMs = NOW_MS - YEAR_MS, notAfterMs = NOW_MS + YEAR_MS } = parts;
  const usage = octets(der(0x03, Uint8Array.of(1, isCa ? 0x06 : 0xc0)));
  const point = concatBytes(Uint8Array.of(4), key.point);
  return signedDer(
    issuer.key,
    sequence(
      der(0xa0, integer(2)),
      integer(serial),
      ECDSA_SHA256,
      nameOf(issuer.commonName),
      sequence(utcTime(notBeforeMs), utcTime(notAfterMs)),
      nameOf(commonName),
      sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bits(point)),
      der(
        0xa3,
        sequence(
          sequence(oid("2.5.29.19"), TRUE, octets(isCa ? sequence(TRUE) : sequence())),
          sequence(oid("2.5.29.15"), TRUE, usage),
          ...extensions,
        ),
      ),
    ),
  );
}

export function revocationList(
  issuer: { readonly commonName: string; readonly key: TestKey },
  serials: readonly number[] = [],
  { thisUpdateMs = NOW_MS - 86_400_000, nextUpdateMs = NOW_MS + 86_400_000 } = {},
): Uint8Array {
  const entries = serials.map((serial) => sequence(integer(serial), utcTime(NOW_MS - 1000)));
  return signedDer(
    issuer.key,
    sequence(
      integer(1),
      ECDSA_SHA256,
      nameOf(issuer.commonName),
      utcTime(thisUpdateMs),
      utcTime(nextUpdateMs),
      ...(entries.length === 0 ? [] : [sequence(...entries)]),
    ),
  );
}

export function pem(...certificates: Uint8Array[]): string {
  return certificates
    .map((one) => `-----BEGIN CERTIFICATE-----\n${Buffer.from(one).toString("base64")}\n-----END CERTIFICATE-----\n`)
    .join("");
}

const SGX = "1.2.840.113741.1.13.1";
export const FMSPC = "00906ed50000";

/** What Intel says of a platform in its certificate. */
export function platformExtension(svns: readonly number[], pceSvn: number): Uint8Array {
  const components = svns.map((svn, i) => sequence(oid(`${SGX}.2.${i + 1}`), integer(svn)));
  const tcb = sequence(...components, sequence(oid(`${SGX}.2.17`), integer(pceSvn)));
  const fields = sequence(
    sequence(oid(`${SGX}.1`), octets(new Uint8Array(16))),
    sequence(oid(`${SGX}.2`), tcb),
    sequence(oid(`${SGX}.3`), octets(new Uint8Array(2))),
    sequence(oid(`${SGX}.4`), octets(Uint8Array.from(Buffer.from(FMSPC, "hex")))),
  );
  return sequence(oid(SGX), octets(fields));
}

const ROOT = { commonName: "Intel SGX Root CA", key: testKey(11) };
const PLATFORM_CA = { commonName: "Intel SGX PCK Platform CA", key: testKey(12) };
const PCK = { commonName: "Intel SGX PCK Certificate", key: testKey(13) };
const SIGNER = { commonName: "Intel SGX TCB Signing", key: testKey(14) };
const STRANGER = { commonName: "Intel SGX Root CA", key: testKey(15) };
export const PEOPLE = { ROOT, PLATFORM_CA, PCK, SIGNER, STRANGER } as const;

const QE_SIGNER = "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5";
const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const sixteen = (svn: number): { svn: number }[] => Array.from({ length: 16 }, () => ({ svn }));

/** A world in which one root stands for Intel's, with whatever is wrong in it. */
export interface World {
  readonly quote?: QuoteParts;
  readonly pck?: Partial<CertificateParts>;
  readonly platformCa?: Partial<CertificateParts>;
  readonly root?: Partial<CertificateParts>;
  readonly chain?: (chain: readonly Uint8Array[]) => readonly Uint8Array[];
  readonly svns?: readonly number[];
  readonly pceSvn?: number;
  readonly enclave?: (report: Uint8Array) => void;
  readonly tcbInfo?: Record<string, unknown>;
  readonly identity?: Record<string, unknown>;
  readonly signer?: Partial<CertificateParts>;
  readonly revokedByRoot?: readonly number[];
  readonly revokedByPlatformCa?: readonly number[];
  readonly revocations?: { readonly thisUpdateMs?: number; readonly nextUpdateMs?: number };
}

export interface MadeWorld {
  readonly quote: Uint8Array;
  readonly collateral: Collateral;
  /** The fingerprint of the root. */
  readonly root: string;
}

export const SERIAL = { root: 1, platformCa: 2, pck: 3, signer: 4 } as const;

export function makeWorld(world: World = {}): MadeWorld {
  const { svns = Array.from({ length: 16 }, () => 3), pceSvn = 11 } = world;
  const root = certificate({ ...ROOT, serial: SERIAL.root, issuer: ROOT, isCa: true, ...world.root });
  const platformCa = certificate({
    ...PLATFORM_CA,
    serial: SERIAL.platformCa,
    issuer: ROOT,
    isCa: true,
    ...world.platformCa,
  });
  const extensions = [platformExtension(svns, pceSvn)];
  const pck = certificate({ ...PCK, serial: SERIAL.pck, issuer: PLATFORM_CA, extensions, ...world.pck });
  const signer = certificate({ ...SIGNER, serial: SERIAL.signer, issuer: ROOT, ...world.signer });
  const chain = (world.chain ?? ((all) => all))([pck, platformCa, root]);
  const key = testKey(7);
  const enclave = (report: Uint8Array): void => {
    report.set(Buffer.from(QE_SIGNER, "hex"), 128);
    report.set([2, 0, 5, 0], 256);
    report[48] = 0x11;
    world.enclave?.(report);
  };
  const certification = certifyKey(key, PCK.key, pem(...chain), { report: enclave });
  const quote = forgeQuote({
    key,
    vendor: INTEL_VENDOR,
    teeTcbSvn: new Uint8Array(16).fill(3).fill(1, 1, 2),
    certification,
    ...world.quote,
  });
  const issuerChain = pem(signer, root);
  const dates = { issueDate: iso(NOW_MS - 86_400_000), nextUpdate: iso(NOW_MS + 86_400_000) };
  const upToDate = {
    tcb: { sgxtcbcomponents: sixteen(3), pcesvn: 11, tdxtcbcomponents: sixteen(3) },
    tcbStatus: "UpToDate",
  };
  const outOfDate = {
    tcb: { sgxtcbcomponents: sixteen(1), pcesvn: 5, tdxtcbcomponents: sixteen(1) },
    tcbStatus: "OutOfDate",
    advisoryIDs: ["INTEL-SA-00837"],
  };
  const module = { mrsigner: "00".repeat(48), attributes: "00".repeat(8), attributesMask: "ff".repeat(8) };
  const tcbInfo = {
    id: "TDX",
    version: 3,
    ...dates,
    fmspc: FMSPC.toUpperCase(),
    pceId: "0000",
    tdxModule: module,
    tdxModuleIdentities: [
      {
        id: "TDX_01",
        ...module,
        tcbLevels: [
          { tcb: { isvsvn: 3 }, tcbStatus: "UpToDate" },
          { tcb: { isvsvn: 2 }, tcbStatus: "OutOfDate" },
        ],
      },
    ],
    tcbLevels: [upToDate, outOfDate],
    ...world.tcbInfo,
  };
  const identity = {
    id: "TD_QE",
    version: 2,
    ...dates,
    miscselect: "00000000",
    miscselectMask: "FFFFFFFF",
    attributes: "11000000000000000000000000000000",
    attributesMask: "FBFFFFFFFFFFFFFF0000000000000000",
    mrsigner: QE_SIGNER.toUpperCase(),
    isvprodid: 2,
    tcbLevels: [
      { tcb: { isvsvn: 5 }, tcbStatus: "UpToDate" },
      { tcb: { isvsvn: 1 }, tcbStatus: "OutOfDate", advisoryIDs: ["INTEL-SA-00615"] },
    ],
    ...world.identity,
  };
  const signed = (content: object): SignedText => {
    const text = JSON.stringify(content);
    return { text, signature: toHex(sign(SIGNER.key, new TextEncoder().encode(text))), issuerChain };
  };
  return {
    quote,
    root: toHex(sha256(root)),
    collateral: {
      tcbInfo: signed(tcbInfo),
      qeIdentity: signed(identity),
      rootRevocations: revocationList(ROOT, world.revokedByRoot, world.revocations),
      pckRevocations: revocationList(PLATFORM_CA, world.revokedByPlatformCa, world.revocations),
    },
  };
}
