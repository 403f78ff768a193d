import { readFileSync } from "node:fs";
import { it } from "vitest";
import { fromHex } from "../../src/primitives/index.js";
import { memberText } from "../../src/tee/tdx/signed-text.js";
import { parseQuote } from "../../src/tee/tdx/quote.js";
import { verifyQuote } from "../../src/tee/tdx/verify.js";

const dir = "/work/shared/fixtures/tdx";
it("looks", () => {
  void memberText;
  for (const f of [
    "dcap-qvl/tdx_quote",
    "dcap-qvl/tdx_quote_outdated",
    "go-tdx-guest/cos-113-tdx-quote.dat",
    "go-tdx-guest/quote_v5_sample.dat",
    "go-tdx-guest/tdx_prod_quote_SPR_E4.dat",
  ]) {
    try {
      const q = parseQuote(new Uint8Array(readFileSync(`${dir}/${f}`)));
      console.log(
        f,
        q.version,
        q.section,
        Buffer.from(q.report.tdAttributes).toString("hex"),
        Buffer.from(q.report.teeTcbSvn).toString("hex"),
        q.certification.kind,
      );
      const v = verifyQuote(q, { nowMs: Date.parse("2025-06-25T00:00:00Z") });
      console.log(v.platform.fmspc, v.platform.pceSvn);
      if (f.startsWith("dcap")) {
        const c = JSON.parse(readFileSync(`${dir}/${f}_collateral.json`, "utf8")) as Record<string, string>;
        for (const at of ["2025-06-25T00:00:00Z", JSON.parse(c["tcb_info"]!).issueDate]) {
          try {
            const collateral = {
              tcbInfo: {
                text: c["tcb_info"]!,
                signature: c["tcb_info_signature"]!,
                issuerChain: c["tcb_info_issuer_chain"]!,
              },
              qeIdentity: {
                text: c["qe_identity"]!,
                signature: c["qe_identity_signature"]!,
                issuerChain: c["qe_identity_issuer_chain"]!,
              },
              rootRevocations: fromHex(c["root_ca_crl"]!)!,
              pckRevocations: fromHex(c["pck_crl"]!)!,
            };
            console.log(at, verifyQuote(q, { nowMs: Date.parse(at) + 86400_000, collateral }).level);
          } catch (e) {
            console.log(at, String(e));
          }
        }
      }
    } catch (e) {
      console.log(f, String(e));
    }
  }
});
