import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../src/primitives/index.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import {
  AMD_ROOTS,
  parseReport,
  requireGoodSnpGuest,
  SnpError,
  snpVerifier,
  tcbOf,
  tdxVerifier,
  verifySnpReport,
  type AttestationVerifier,
  type SnpCertificates,
  type SnpPolicy,
  type SnpVerifyOptions,
} from "../../../src/tee/index.js";
import { makeWorld, NOW_MS } from "../authority.js";

const read = (file: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/snp/${file}`, import.meta.url)));
const chain = (file: string): [authority: Uint8Array, root: Uint8Array] => {
  const blocks = Buffer.from(read(file)).toString("latin1").split("-----BEGIN CERTIFICATE-----").slice(1);
  const [authority, root] = blocks.map((block) => new Uint8Array(Buffer.from(block.split("-----END")[0]!, "base64")));
  return [authority!, root!];
};

const report = read("attestation.bin");
const [authority, root] = chain("ask_ark_milan.pem");
const [genoaAuthority, genoaRoot] = chain("ask_ark_genoa.pem");
const certificates: SnpCertificates = { endorsement: read("vcek.der"), authority, root };
const options: SnpVerifyOptions = { certificates, nowMs: Date.parse("2024-01-01T00:00:00Z") };

function verdict(bytes: Uint8Array, more: Partial<SnpVerifyOptions> = {}): string {
  try {
    const { product, tcb } = verifySnpReport(bytes, { ...options, ...more });
    return `${product} ${tcb.bootloader}.${tcb.tee}.${tcb.snp}.${tcb.microcode}`;
  } catch (error) {
    if (error instanceof SnpError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const changed = (at: number, ...bytes: number[]): Uint8Array => {
  const copy = report.slice();
  copy.set(bytes, at);
  return copy;
};

describe("a report of hardware", () => {
  it("is proved up to AMD's root", () => {
    expect(verdict(report)).toBe("Milan 2.0.5.68");
    expect(parseReport(report)).toMatchObject({ version: 2, vmpl: 0, signingKey: "vcek", isChipMasked: false });
    expect(toHex(parseReport(report).measurement)).toHaveLength(96);
  });

  it("is refused with any byte flipped that is signed, or signs", () => {
    for (let at = 0; at < 0x2a0 + 144; at++) {
      // The bytes of the signature's length beyond the curve are zeros, and have to be.
      expect(verdict(changed(at, report[at]! ^ 1)), `byte ${at}`).toMatch(/^(malformedReport|untrusted): /);
    }
  });

  it.each([
    ["before its certificates", { nowMs: Date.parse("2020-01-01T00:00:00Z") }, "is not valid yet"],
    ["after its certificate", { nowMs: Date.parse("2030-01-01T00:00:00Z") }, "the certificate of SEV-VCEK has expired"],
    ["under no root that is trusted", { roots: [AMD_ROOTS.get("Genoa")!] }, "ARK-Milan is not a root that is trusted"],
    [
      "by another product's chain",
      { certificates: { ...certificates, authority: genoaAuthority, root: genoaRoot } },
      "SEV-VCEK names another issuer",
    ],
    [
      "by a chain of two products",
      { certificates: { ...certificates, root: genoaRoot } },
      "SEV-Milan names another issuer",
    ],
    [
      "by its authority alone",
      { certificates: { ...certificates, endorsement: authority } },
      "SEV-Milan names another issuer",
    ],
    [
      "by a root in place of the authority",
      { certificates: { ...certificates, authority: root } },
      "SEV-VCEK names another issuer",
    ],
    [
      "by what is no certificate",
      { certificates: { ...certificates, endorsement: new Uint8Array(9) } },
      "no certificate",
    ],
  ] as [string, Partial<SnpVerifyOptions>, string][])("is refused %s", (_, more, reason) => {
    expect(verdict(report, more)).toMatch(new RegExp(`^untrusted: .*${reason}`));
  });

  it("is refused by a certificate that was changed", () => {
    const { endorsement } = certificates;
    for (let at = 0; at < endorsement.length; at += 7) {
      const copy = endorsement.slice();
      copy[at]! ^= 1;
      expect(verdict(report, { certificates: { ...certificates, endorsement: copy } }), `byte ${at}`).toMatch(
        /^untrusted: /,
      );
    }
  });

  it.each([
    [0, 6, "version 6"],
    [0x34, 2, "a signature of algorithm 2"],
    [0x48, 0x0c, "a signing key of kind 3"],
  ])("of another kind is told: byte %i is %i", (at, byte, reason) => {
    expect(verdict(changed(at, byte))).toContain(`malformedReport: ${reason}`);
  });

  it("of other bytes is none, whatever they are", () => {
    const random = new SeededRandom("snp");
    for (let i = 0; i < 2000; i++) {
      const bytes = i % 2 === 0 ? random.bytes(random.u32() % 1500) : report.slice(0, random.u32() % report.length);
      expect(verdict(bytes)).toMatch(/^malformedReport: /);
    }
  });
});

describe("which guests are good enough", () => {
  const outcome = (bytes: Uint8Array, policy?: SnpPolicy): string => {
    try {
      const parsed = parseReport(bytes);
      requireGoodSnpGuest(parsed, tcbOf(parsed.reportedTcb, "Milan"), policy);
      return "good";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const [sound, DEBUG] = [changed(0x0a, 0x03), 0x0b];

  it.each([
    ["a sound one", sound, {}, "good"],
    ["one that may be debugged", changed(0x0a, DEBUG), {}, "the guest may be debugged"],
    ["one that may be migrated", changed(0x0a, 0x07), {}, "another guest may migrate it"],
    ["one that may be migrated, where that may be", changed(0x0a, 0x07), { migrationAgent: true }, "good"],
    ["new firmware", sound, { minimumTcb: { microcode: 68, snp: 5 } }, "good"],
    ["old firmware", sound, { minimumTcb: { microcode: 69 } }, "too old: microcode 68"],
    ["firmware of another product", sound, { minimumTcb: { fmc: 1 } }, "too old: fmc is unknown"],
    ["another program", sound, { measurement: new Uint8Array(48) }, "another measurement"],
    ["other data of the host", sound, { hostData: new Uint8Array(32).fill(1) }, "other data of the host"],
    ["an old version", sound, { minimumGuestSvn: 1 }, "version 0 of the guest"],
  ] as [string, Uint8Array, SnpPolicy, string][])("%s", (_, bytes, policy, expected) => {
    expect(outcome(bytes, policy)).toContain(expected);
  });

  it("none of a lower privilege", () => {
    const copy = sound.slice();
    copy[0x30] = 2;
    expect(outcome(copy)).toBe("asked for at privilege level 2");
    expect(outcome(copy, { maximumVmpl: 2 })).toBe("good");
  });

  it("the parts of a version stand elsewhere in that of Turin", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 0, 0, 0, 8);
    expect(tcbOf(bytes, "Turin")).toEqual({ fmc: 1, bootloader: 2, tee: 3, snp: 4, microcode: 8 });
    expect(tcbOf(bytes, "Genoa")).toEqual({ fmc: undefined, bootloader: 1, tee: 2, snp: 0, microcode: 8 });
  });
});

describe("verifiers of hardware", () => {
  it("say the same of each: the report data and what was measured", () => {
    const reportData = new Uint8Array(64).fill(9);
    const made = makeWorld({ quote: { reportData, mrtd: new Uint8Array(48).fill(7) } });
    const { quote, collateral, root: testRoot } = made;
    const verifier: AttestationVerifier = tdxVerifier({ collateral, root: testRoot });
    const claims = verifier.verify(quote, NOW_MS);
    expect([verifier.technology, claims.technology]).toEqual(["tdx", "tdx"]);
    expect(claims.reportData).toEqual(reportData);
    expect([...claims.measurements.keys()]).toEqual(["mrtd", "rtmr0", "rtmr1", "rtmr2", "rtmr3"]);
    expect(claims.measurements.get("mrtd")).toEqual(new Uint8Array(48).fill(7));
  });

  it("refuse what their hardware does not prove", () => {
    const snp: AttestationVerifier = snpVerifier({ certificates });
    expect(snp.technology).toBe("sev-snp");
    // The sample is genuine, and was started under debug.
    expect(() => snp.verify(report, options.nowMs)).toThrow("the guest may be debugged");
    expect(() => tdxVerifier().verify(report, NOW_MS)).toThrow("not 4 or 5");
    expect(() => tdxVerifier({ policy: { statuses: [] } })).toThrow("no status at all");
  });
});
