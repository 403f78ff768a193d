import { DateTime } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { Digest, fromHex, PeerId, toHex } from "../../src/primitives/index.js";
import { Expiration } from "../../src/tickets/index.js";
import { CheckedCriteria } from "../../src/tee/tdx/measurements.js";
import { reportDataOf } from "../../src/tee/tdx/report-data.js";
import { decodeTicket, encodeTicket, TDX_TICKET_CLASS } from "../../src/tee/tdx/ticket.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly kind: string;
  readonly name: string;
  readonly value?: string;
  readonly quote?: string;
  readonly record?: string;
  readonly reportData?: string;
  readonly zstd?: string;
}
const cases = loadCases<Case>("tdx.json");

describe("tickets of TDX, as Rust makes them", () => {
  it("have its class, and its signatures of criteria", () => {
    expect(TDX_TICKET_CLASS.hex).toBe(cases.find(({ name }) => name === "TICKET_CLASS")!.value);
    const mrtd = "91eb2b44d141d4ece09f0c75c2c53d247a3c68edd7fafe8a3520c942a604a407de03ae6dc5f87f27428b2538873118b7";
    expect(new CheckedCriteria({}).signature().hex).toBe(
      cases.find(({ name }) => name === "MeasurementsCriteria empty")!.value,
    );
    expect(new CheckedCriteria({ mrtd }).signature().hex).toBe(
      cases.find(({ name }) => name === "criteria mrtd 91eb..18b7")!.value,
    );
  });

  it.each(cases.filter(({ kind }) => kind === "ticket"))("$name", ({ quote, reportData, zstd }) => {
    const bytes = fromHex(zstd!)!;
    const ticket = decodeTicket(bytes);
    expect(toHex(ticket.quoteBytes)).toBe(quote);
    expect(toHex(reportDataOf(ticket))).toContain(reportData);
    expect(toHex(encodeTicket(ticket.quoteBytes, ticket).data)).toBe(zstd);
  });
  void [DateTime, Digest, PeerId, Expiration];
});
