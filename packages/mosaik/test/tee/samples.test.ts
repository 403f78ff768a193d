import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/primitives/index.js";
import type { Collateral } from "../../src/tee/tdx/collateral.js";
import { TdxError } from "../../src/tee/tdx/errors.js";
import { parseQuote, type QuotingEnclaveCertification } from "../../src/tee/tdx/quote.js";
import { verifyQuote, type VerifiedQuote, type VerifyOptions } from "../../src/tee/tdx/verify.js";

/** Another implementation, of which as much is used here. */
const second = createRequire(import.meta.url)("@phala/dcap-qvl") as {
  verify(quote: Uint8Array, collateral: object, nowSeconds: number): { readonly status: string };
};

function statusOf(quote: Uint8Array, collateral: object, nowSeconds: number): string {
  try {
    return second.verify(quote, collateral, nowSeconds).status;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Quotes of hardware, with their licences beside them; not copied into this repository. */
const SAMPLES = fileURLToPath(new URL("../../../../../shared/fixtures/tdx/", import.meta.url));
const QUOTES = [
  "dcap-qvl/tdx_quote",
  "dcap-qvl/tdx_quote_outdated",
  "go-tdx-guest/cos-113-tdx-quote.dat",
  "go-tdx-guest/quote_v5_sample.dat",
  "go-tdx-guest/tdx_prod_quote_SPR_E4.dat",
];
const isThere = existsSync(SAMPLES);
if (!isThere) console.log(`skipped: there are no quotes of hardware at ${SAMPLES}`);

/** What the second verifier calls those that it does not refuse. */
const STATUSES = new Set([
  ...["UpToDate", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded"],
  ...["OutOfDate", "OutOfDateConfigurationNeeded", "Revoked"],
]);

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(SAMPLES + path));

type CollateralFields = Readonly<Record<string, string>>;

/** Collateral by the names that `QuoteCollateralV3` has. */
const fieldsOf = (path: string): CollateralFields =>
  JSON.parse(readFileSync(SAMPLES + path, "utf8")) as CollateralFields;

function collateralOf(fields: CollateralFields): Collateral {
  const signed = (name: string) => ({
    text: fields[name]!,
    signature: fields[`${name}_signature`]!,
    issuerChain: fields[`${name}_issuer_chain`]!,
  });
  return {
    tcbInfo: signed("tcb_info"),
    qeIdentity: signed("qe_identity"),
    rootRevocations: fromHex(fields["root_ca_crl"]!)!,
    pckRevocations: fromHex(fields["pck_crl"]!)!,
  };
}

/** What a server answered of a platform or an enclave, as it was signed. */
function answer(path: string, name: "tcb_info" | "qe_identity"): CollateralFields {
  const [, text, signature] = /^\{"\w+":(.*),"signature":"(\w+)"\}\s*$/s.exec(readFileSync(SAMPLES + path, "utf8"))!;
  return { [name]: text!, [`${name}_signature`]: signature! };
}

const ofB0c06f = "dcap-qvl/tdx_quote_collateral.json";
const of90c06f = "dcap-qvl/tdx_quote_outdated_collateral.json";

/** What Intel said of a family of processors at a time, of the answers that are there. */
const COLLATERAL: Readonly<Record<string, () => CollateralFields>> = {
  b0c06f000000: () => fieldsOf(ofB0c06f),
  "90c06f000000": () => fieldsOf(of90c06f),
  "90c06f000000, by a server": () => ({
    ...fieldsOf(of90c06f),
    ...answer("go-tdx-guest/sample_tcbinfo_response_v5", "tcb_info"),
  }),
  "50806f000000": () => ({
    ...fieldsOf(ofB0c06f), // whose certificates of issuers are younger than these answers
    ...answer("go-tdx-guest/sample_tcbInfo_response", "tcb_info"),
    ...answer("go-tdx-guest/sample_qeIdentity_response", "qe_identity"),
    root_ca_crl: toHex(read("go-tdx-guest/rootcrl.der")),
    pck_crl: toHex(read("go-tdx-guest/pckcrl")),
  }),
};

function verdict(bytes: Uint8Array, options: VerifyOptions): VerifiedQuote | string {
  try {
    return verifyQuote(parseQuote(bytes), options);
  } catch (error) {
    if (error instanceof TdxError) return error.message;
    throw error;
  }
}

describe.skipIf(!isThere)("quotes of hardware", () => {
  const GENUINE = [
    ["dcap-qvl/tdx_quote", "2025-06-25T00:00:00Z", "b0c06f000000"],
    ["dcap-qvl/tdx_quote_outdated", "2026-06-25T00:00:00Z", "90c06f000000"],
    ["go-tdx-guest/cos-113-tdx-quote.dat", "2025-06-25T00:00:00Z", "00806f050000"],
    ["go-tdx-guest/quote_v5_sample.dat", "2026-06-25T00:00:00Z", "90c06f000000"],
    ["go-tdx-guest/tdx_prod_quote_SPR_E4.dat", "2024-06-25T00:00:00Z", "50806f000000"],
  ] as const;

  it.each(GENUINE)("%s is verified to Intel's root", (path, at, fmspc) => {
    expect(verdict(read(path), { nowMs: Date.parse(at) })).toMatchObject({ platform: { fmspc }, level: undefined });
  });

  it.each(GENUINE)("%s is refused with any of its bytes flipped", (path, at) => {
    const [genuine, nowMs] = [read(path), Date.parse(at)];
    const seen = new Set<string>();
    const { readBytes } = parseQuote(genuine).section;
    const end = parseQuote(genuine).signed.length + 4 + readBytes;
    const chainAt = Buffer.from(genuine).indexOf("-----BEGIN");
    // Of the chain every eleventh, for the time that it takes.
    for (let i = 0; i < end; i += i < chainAt ? 1 : 11) {
      const quote = genuine.slice();
      quote[i]! ^= 0x5a;
      if (typeof verdict(quote, { nowMs }) !== "string") seen.add(String.fromCharCode(genuine[i]!));
    }
    // PEM: white space, and what comes behind the last certificate, say nothing.
    expect([...seen].filter((character) => !/[\n\0-]/.test(character))).toEqual([]);
  });

  it("are refused before and after their certificates' time, under another root, and with another's chain", () => {
    const certificationOf = (path: string): QuotingEnclaveCertification =>
      parseQuote(read(path)).certification as QuotingEnclaveCertification;
    const { data } = certificationOf(GENUINE[2][0]);
    for (const [path, at] of GENUINE.filter(([path]) => path !== GENUINE[2][0])) {
      const bytes = read(path);
      expect(verdict(bytes, { nowMs: Date.parse("2018-01-01T00:00:00Z") })).toMatch(/is not valid yet/);
      expect(verdict(bytes, { nowMs: Date.parse("2051-01-01T00:00:00Z") })).toMatch(/is out of date|expired/);
      expect(verdict(bytes, { nowMs: Date.parse(at), root: "00".repeat(32) })).toMatch(/is not the root/);
      const swapped = { ...parseQuote(bytes), certification: { ...certificationOf(path), data } };
      expect(() => verifyQuote(swapped, { nowMs: Date.parse(at) })).toThrow(TdxError);
    }
  });

  const judged = (
    path: string,
    fields: CollateralFields,
    at: string,
  ): [ours: VerifiedQuote | string, theirs: string] => {
    const nowMs = Date.parse(at);
    const ours = verdict(read(path), { nowMs, collateral: collateralOf(fields) });
    return [ours, statusOf(read(path), fields, nowMs / 1000)];
  };

  it.each([
    ["b0c06f000000", "2023-07-01", {}],
    ["b0c06f000000", "2025-06-25", { "dcap-qvl/tdx_quote": "UpToDate" }],
    ["b0c06f000000", "2027-06-25", {}],
    ["90c06f000000", "2025-06-25", {}],
    ["90c06f000000", "2026-03-01", { "go-tdx-guest/quote_v5_sample.dat": "UpToDate" }],
    ["90c06f000000, by a server", "2026-03-01", { "go-tdx-guest/quote_v5_sample.dat": "UpToDate" }],
    ["90c06f000000, by a server", "2027-06-25", {}],
    ["50806f000000", "2023-07-01", {}],
    ["50806f000000", "2025-06-25", {}],
  ])("are judged as a second verifier judges them, by collateral of %s, on %s", (family, day, accepted) => {
    const found = QUOTES.map((path) => [path, ...judged(path, COLLATERAL[family]!(), `${day}T00:00:00Z`)] as const);
    for (const [path, ours, theirs] of found) {
      const status = (accepted as Record<string, string>)[path];
      if (status === undefined) expect([path, typeof ours, STATUSES.has(theirs)]).toEqual([path, "string", false]);
      else
        expect([path, ours, theirs]).toEqual([
          path,
          expect.objectContaining({ level: { status, advisoryIds: [] } }),
          status,
        ]);
    }
  });

  it("are refused for a reason that people understand", () => {
    const [ours, theirs] = judged("dcap-qvl/tdx_quote_outdated", fieldsOf(of90c06f), "2026-03-01T00:00:00Z");
    expect([ours, theirs]).toEqual(["the platform is older than all that Intel knows", "No matching TCB level found"]);
    expect(judged("dcap-qvl/tdx_quote", fieldsOf(ofB0c06f), "2027-06-25T00:00:00Z")[0]).toMatch(/out of date/);
  });
});
