import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { fromHex } from "../../src/primitives/index.js";
import type { Collateral } from "../../src/tee/tdx/collateral.js";
import { TdxError } from "../../src/tee/tdx/errors.js";
import { parseQuote } from "../../src/tee/tdx/quote.js";
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
const isThere = existsSync(SAMPLES);
if (!isThere) console.log(`skipped: there are no quotes of hardware at ${SAMPLES}`);

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(SAMPLES + path));

function collateralOf(path: string): Collateral {
  const fields = JSON.parse(readFileSync(SAMPLES + path, "utf8")) as Record<string, string>;
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

function verdict(bytes: Uint8Array, options: VerifyOptions): VerifiedQuote | string {
  try {
    return verifyQuote(parseQuote(bytes), options);
  } catch (error) {
    if (error instanceof TdxError) return error.message;
    throw error;
  }
}

describe.skipIf(!isThere)("quotes of hardware", () => {
  it.each([
    ["dcap-qvl/tdx_quote", "2025-06-25T00:00:00Z", "b0c06f000000"],
    ["dcap-qvl/tdx_quote_outdated", "2026-06-25T00:00:00Z", "90c06f000000"],
    ["go-tdx-guest/cos-113-tdx-quote.dat", "2025-06-25T00:00:00Z", "00806f050000"],
    ["go-tdx-guest/quote_v5_sample.dat", "2026-06-25T00:00:00Z", "90c06f000000"],
    ["go-tdx-guest/tdx_prod_quote_SPR_E4.dat", "2024-06-25T00:00:00Z", "50806f000000"],
  ])("%s is verified to Intel's root", (path, at, fmspc) => {
    expect(verdict(read(path), { nowMs: Date.parse(at) })).toMatchObject({ platform: { fmspc }, level: undefined });
  });

  it("are judged by what Intel said at the time, as a second verifier judges them", () => {
    const judged = (path: string, at: string): [ours: VerifiedQuote | string, theirs: string] => {
      const nowMs = Date.parse(at);
      const file = `${path}_collateral.json`;
      const ours = verdict(read(path), { nowMs, collateral: collateralOf(file) });
      const collateral = JSON.parse(readFileSync(SAMPLES + file, "utf8")) as object;
      return [ours, statusOf(read(path), collateral, nowMs / 1000)];
    };
    const [ours, theirs] = judged("dcap-qvl/tdx_quote", "2025-06-25T00:00:00Z");
    expect([ours, theirs]).toEqual([
      expect.objectContaining({ level: { status: "UpToDate", advisoryIds: [] } }),
      "UpToDate",
    ]);
    // One component of its TCB is older than that of every level.
    expect(judged("dcap-qvl/tdx_quote_outdated", "2026-03-01T00:00:00Z")).toEqual([
      "the platform is older than all that Intel knows",
      "No matching TCB level found",
    ]);
    const [late, theirsLate] = judged("dcap-qvl/tdx_quote", "2027-06-25T00:00:00Z");
    expect(late).toMatch(/out of date/);
    expect(theirsLate).not.toBe("UpToDate");
  });
});
