import { describe, expect, it } from "vitest";
import { TdxError } from "../../src/tee/tdx/errors.js";
import { requireGoodEnough, type TdxPolicy } from "../../src/tee/tdx/policy.js";
import { parseQuote } from "../../src/tee/tdx/quote.js";
import { verifyQuote } from "../../src/tee/tdx/verify.js";
import { makeWorld, NOW_MS, PEOPLE, SERIAL, type MadeWorld, type World } from "./authority.js";

/** What a full verification says of a world, with the default policy. */
function verdict({ quote: bytes, collateral, root }: MadeWorld, policy: TdxPolicy = {}, isFull = true): string {
  try {
    const quote = parseQuote(bytes);
    const verified = verifyQuote(quote, { nowMs: NOW_MS, root, ...(isFull && { collateral }) });
    requireGoodEnough(quote, verified, policy);
    return verified.level === undefined ? "genuine" : verified.level.status;
  } catch (error) {
    if (error instanceof TdxError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const SIXTEEN = Array.from({ length: 16 }, () => ({ svn: 0 }));
const DAY_MS = 86_400_000;
const { ROOT, PLATFORM_CA, STRANGER } = PEOPLE;
const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

describe("a quote under a root of our own", () => {
  it("is verified, with collateral and without", () => {
    expect(verdict(makeWorld())).toBe("UpToDate");
    expect(verdict(makeWorld(), {}, false)).toBe("genuine");
    for (const bodyType of [2, 3] as const) {
      expect(verdict(makeWorld({ quote: { version: 5, bodyType } }))).toBe("UpToDate");
    }
  });

  it("is refused under Intel's root", () => {
    const { quote } = makeWorld();
    expect(() => verifyQuote(parseQuote(quote), { nowMs: NOW_MS })).toThrow("is not the root that is trusted");
  });

  it("is refused with any byte flipped that is signed, or says what is", () => {
    const made = makeWorld();
    const seen = new Map<string, number>();
    for (let i = 0; i < made.quote.length; i++) {
      const quote = made.quote.slice();
      quote[i]! ^= 0x5a;
      const said = verdict({ ...made, quote });
      // PEM: white space, and what comes behind the last certificate, say nothing.
      if (said === "UpToDate") seen.set(String.fromCharCode(made.quote[i]!), i);
      else expect(said).toMatch(/^(malformedQuote|untrusted|policy|collateral): /);
    }
    expect([...seen.keys()].filter((character) => !/[\n\0-]/.test(character))).toEqual([]);
  });

  it.each([
    [
      "a debug TD",
      { quote: { tdAttributes: Uint8Array.of(1, 0, 0, 0x10, 0, 0, 0, 0) } },
      "policy: the TD runs under debug",
    ],
    [
      "without SEPT_VE_DISABLE",
      { quote: { tdAttributes: new Uint8Array(8) } },
      "policy: the host of the TD can make it",
    ],
    [
      "attributes that mean something unknown",
      { quote: { tdAttributes: Uint8Array.of(0, 1, 0, 0x10, 0, 0, 0, 0) } },
      "policy: the TD has attributes that mean something unknown: 0001001000000000",
    ],
    [
      "another vendor's enclave",
      { quote: { vendor: "00".repeat(16) } },
      "untrusted: the enclave that made the quote is of another vendor",
    ],
    ["an enclave, not a TD", { quote: { teeType: 0 } }, "malformedQuote: a quote of TEE type 0"],
    [
      "another module",
      { quote: { mrSignerSeam: new Uint8Array(48).fill(1) } },
      "untrusted: the TDX module is not Intel's",
    ],
    [
      "a module that nobody knows",
      { quote: { teeTcbSvn: new Uint8Array(16).fill(9) } },
      "untrusted: Intel knows no TDX module TDX_09",
    ],
    [
      "a TD that another one serves",
      { quote: { version: 5, bodyType: 3, mrServiceTd: new Uint8Array(48).fill(1) } },
      "policy: another TD serves",
    ],
    [
      "a key that the enclave does not vouch for",
      { enclave: (report) => report.fill(1, 320, 352) },
      "untrusted: the quoting enclave vouches for another key",
    ],
    [
      "report data of the enclave with a rest",
      { enclave: (report) => report.fill(1, 352, 384) },
      "untrusted: the quoting enclave vouches for another key",
    ],
    [
      "another quoting enclave",
      { enclave: (report) => report.fill(1, 128, 160) },
      "untrusted: the enclave that made the quote is not Intel's quoting",
    ],
    [
      "another product of Intel",
      { enclave: (report) => report.fill(1, 256, 257) },
      "untrusted: the enclave that made the quote is not Intel's quoting",
    ],
    [
      "a debug enclave",
      { enclave: (report) => (report[48] = 0x13) },
      "untrusted: the enclave that made the quote is not Intel's quoting",
    ],
    [
      "an old quoting enclave",
      { enclave: (report) => report.set([2, 0, 1, 0], 256) },
      "policy: the platform is OutOfDate: INTEL-SA-00615",
    ],
    [
      "a quoting enclave older than all",
      { enclave: (report) => report.set([2, 0, 0, 0], 256) },
      "policy: the quoting enclave is older than all",
    ],
    [
      "an old platform",
      { svns: Array.from({ length: 16 }, () => 2) },
      "policy: the platform is OutOfDate: INTEL-SA-00837",
    ],
    ["an old PCE", { pceSvn: 10 }, "policy: the platform is OutOfDate"],
    [
      "a platform older than all",
      { svns: Array.from({ length: 16 }, () => 0) },
      "policy: the platform is older than all",
    ],
    [
      "an old TDX module",
      { quote: { teeTcbSvn: new Uint8Array(16).fill(3).fill(2, 0, 1).fill(1, 1, 2) } },
      "policy: the platform is OutOfDate",
    ],
    [
      "a platform's key that has expired",
      { pck: { notAfterMs: NOW_MS - 1000 } },
      "untrusted: the certificate of Intel SGX PCK Certificate has expired",
    ],
    [
      "a platform's key of the future",
      { pck: { notBeforeMs: NOW_MS + 1000 } },
      "untrusted: the certificate of Intel SGX PCK Certificate is not valid yet",
    ],
    [
      "an authority that has expired",
      { platformCa: { notAfterMs: NOW_MS - 1000 } },
      "untrusted: the certificate of Intel SGX PCK Platform CA has expired",
    ],
    [
      "a root that has expired",
      { root: { notAfterMs: NOW_MS - 1000 } },
      "untrusted: the certificate of Intel SGX Root CA has expired",
    ],
    [
      "an authority that is none",
      { platformCa: { isCa: false } },
      "untrusted: the certificate of Intel SGX PCK Platform CA may sign no certificates",
    ],
    [
      "a platform's key by a stranger",
      { pck: { issuer: { ...PLATFORM_CA, key: STRANGER.key } } },
      "untrusted: the signature of the certificate of Intel SGX PCK Certificate does not hold",
    ],
    [
      "an authority by another root",
      { platformCa: { issuer: { ...ROOT, key: STRANGER.key } } },
      "untrusted: the signature of the certificate of Intel SGX PCK Platform CA does not hold",
    ],
    [
      "a chain in another order",
      { chain: ([a, b, c]) => [b!, a!, c!] },
      "untrusted: the chain of the quote is not that of a platform's key",
    ],
    ["a chain without its root", { chain: ([a, b]) => [a!, b!] }, "untrusted: the chain of the quote is not that"],
    [
      "a certificate of another kind",
      { pck: { commonName: "Intel SGX PCK" } },
      "untrusted: the chain of the quote is not that",
    ],
    [
      "a platform that says nothing",
      { pck: { extensions: [] } },
      "untrusted: a certificate that says nothing of a platform",
    ],
    [
      "a platform's key that was revoked",
      { revokedByPlatformCa: [SERIAL.pck] },
      "untrusted: the certificate of Intel SGX PCK Certificate was revoked",
    ],
    [
      "an authority that was revoked",
      { revokedByRoot: [SERIAL.platformCa] },
      "untrusted: the certificate of Intel SGX PCK Platform CA was revoked",
    ],
    [
      "a signer that was revoked",
      { revokedByRoot: [SERIAL.signer] },
      "untrusted: the certificate of Intel SGX TCB Signing was revoked",
    ],
    [
      "a revocation list that is out of date",
      { revocations: { nextUpdateMs: NOW_MS - 1000 } },
      "untrusted: the revocation list of the certificate of Intel SGX Root CA is out of date",
    ],
    [
      "a TCB info that is out of date",
      { tcbInfo: { nextUpdate: iso(NOW_MS - DAY_MS) } },
      "collateral: the TCB info is out of date",
    ],
    [
      "a TCB info of the future",
      { tcbInfo: { issueDate: iso(NOW_MS + DAY_MS) } },
      "collateral: the TCB info is not valid yet",
    ],
    [
      "a TCB info of another family",
      { tcbInfo: { fmspc: "00806F050000" } },
      "collateral: the TCB info is of 00806f050000",
    ],
    ["a TCB info of SGX", { tcbInfo: { id: "SGX" } }, "collateral: a TCB info that is not of TDX"],
    [
      "levels that are none",
      { tcbInfo: { tcbLevels: [{}] } },
      "collateral: tcb of tcbLevels[0] of the TCB info is not an object",
    ],
    [
      "an identity that is out of date",
      { identity: { nextUpdate: iso(NOW_MS - DAY_MS) } },
      "collateral: the identity of the quoting enclave is out of date",
    ],
    [
      "an identity of another enclave",
      { identity: { id: "QE" } },
      "collateral: an identity that is not of a quoting enclave",
    ],
    [
      "a signer by a stranger",
      { signer: { issuer: { ...ROOT, key: STRANGER.key } } },
      "untrusted: the TCB info: the signature of the certificate of Intel SGX TCB Signing does not hold",
    ],
    [
      "a signer of another name",
      { signer: { commonName: "Somebody" } },
      "untrusted: the TCB info is signed by Somebody",
    ],
  ] as [string, World, string][])("is refused for %s", (_, world, reason) => {
    expect(verdict(makeWorld(world))).toContain(reason);
  });

  it("is refused where texts, signatures and lists were changed", () => {
    const made = makeWorld();
    const { collateral } = made;
    const { tcbInfo, qeIdentity, rootRevocations, pckRevocations } = collateral;
    const refusals = [
      { tcbInfo: { ...tcbInfo, text: tcbInfo.text.replace("OutOfDate", "UpToDate") } },
      { tcbInfo: { ...tcbInfo, signature: qeIdentity.signature } },
      { tcbInfo: { ...tcbInfo, signature: "none" } },
      { qeIdentity: { ...qeIdentity, text: qeIdentity.text.replace('"isvprodid":2', '"isvprodid":3') } },
      { rootRevocations: pckRevocations },
      { pckRevocations: rootRevocations },
      { pckRevocations: pckRevocations.slice(0, -1) },
      { tcbInfo: { ...tcbInfo, issuerChain: "" } },
    ];
    for (const change of refusals) {
      expect(verdict({ ...made, collateral: { ...collateral, ...change } })).toMatch(/^untrusted: /);
    }
  });

  it("may be of an older platform, or of none with certain advisories, where the policy says so", () => {
    const old = makeWorld({ svns: Array.from({ length: 16 }, () => 2) });
    expect(verdict(old, { statuses: ["UpToDate", "OutOfDate"] })).toBe("OutOfDate");
    expect(verdict(old, { statuses: ["OutOfDate"], refusedAdvisories: ["INTEL-SA-00837"] })).toBe(
      "policy: the platform is concerned by INTEL-SA-00837",
    );
    expect(verdict(makeWorld({ quote: { tdAttributes: new Uint8Array(8) } }), { septVeDisable: false })).toBe(
      "UpToDate",
    );
  });

  it("is old where its module is, and to be started again where that was renewed meanwhile", () => {
    const svn = (of: number): Uint8Array => new Uint8Array(16).fill(3).fill(of, 0, 1).fill(1, 1, 2);
    const renewed = (teeTcbSvn2: Uint8Array, more: World = {}): World => ({
      ...more,
      quote: { version: 5, bodyType: 3, teeTcbSvn: svn(2), teeTcbSvn2 },
    });
    const all = {
      statuses: ["OutOfDate", "TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded"],
    } as const satisfies TdxPolicy;
    expect(verdict(makeWorld(renewed(svn(2))), all)).toBe("OutOfDate");
    expect(verdict(makeWorld(renewed(svn(3))), all)).toBe("TDRelaunchAdvised");
    expect(verdict(makeWorld(renewed(svn(3))))).toBe("policy: the platform is TDRelaunchAdvised: no advisory is named");
    const level = { sgxtcbcomponents: SIXTEEN, pcesvn: 0, tdxtcbcomponents: SIXTEEN };
    const configured = { tcbInfo: { tcbLevels: [{ tcb: level, tcbStatus: "ConfigurationNeeded" }] } };
    expect(verdict(makeWorld(renewed(svn(3), configured)), all)).toBe("TDRelaunchAdvisedConfigurationNeeded");
  });

  it("is of an owner's, where the policy says whose", () => {
    const mine = new Uint8Array(48).fill(5);
    const made = makeWorld({ quote: { mrConfigId: mine } });
    expect(verdict(made, { configId: mine })).toBe("UpToDate");
    expect(verdict(made, { configId: "00".repeat(48) })).toBe(
      "policy: the TD was started with another MRCONFIGID than is demanded",
    );
    expect(verdict(made, { owner: mine })).toBe("policy: the TD was started with another MROWNER than is demanded");
    expect(verdict(made, { ownerConfig: mine })).toContain("another MROWNERCONFIG");
  });

  it("is as good as the worst of its parts", () => {
    const level = (status: string): World => ({
      tcbInfo: {
        tcbLevels: [{ tcb: { sgxtcbcomponents: SIXTEEN, pcesvn: 0, tdxtcbcomponents: SIXTEEN }, tcbStatus: status }],
      },
      enclave: (report) => report.set([2, 0, 1, 0], 256),
    });
    const all = { statuses: ["OutOfDate", "OutOfDateConfigurationNeeded", "Revoked"] } as const;
    expect(verdict(makeWorld(level("SWHardeningNeeded")), all)).toBe("OutOfDate");
    expect(verdict(makeWorld(level("ConfigurationNeeded")), all)).toBe("OutOfDateConfigurationNeeded");
    expect(verdict(makeWorld(level("Revoked")), all)).toBe("Revoked");
    expect(verdict(makeWorld(level("Splendid")), all)).toBe("collateral: a status Splendid that is not known");
  });
});
