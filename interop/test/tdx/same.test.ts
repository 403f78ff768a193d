import { DateTime, Digest, Expiration, PeerId } from "mosaik";
import { decodeTicket, encodeTicket, measurementsOf, tdx, TdxError, type TicketExtra } from "mosaik/tee";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../packages/mosaik/src/primitives/index.js";
import type { QuoteParts } from "../../../packages/mosaik/test/tee/forge.js";
import type { TdxTicketFields, TdxValidatorArgs } from "../../src/index.js";
import { asInfo, forgedQuote, hex, MEASURED, obstacle, useTdxLanguages, vouchedFor } from "./fixture.js";

const register = (fill: string): string => fill.repeat(48);
const every = {
  mrtd: register("a0"),
  rtmr0: register("a1"),
  rtmr1: register("a2"),
  rtmr2: register("a3"),
  rtmr3: register("a4"),
};

const VALIDATORS: readonly TdxValidatorArgs[] = [
  {},
  { measurements: { mrtd: register("a0") } },
  { measurements: MEASURED },
  { measurements: every },
  // Rust's placeholders of what may be anything.
  { measurements: { rtmr0: register("01"), rtmr1: register("02"), rtmr2: register("03"), rtmr3: register("04") } },
  { variants: [every] },
  { variants: [{}, every, { rtmr3: register("ff") }] },
  { variants: [{ rtmr3: register("ff") }, every, {}] },
  { maxAgeMs: 0 },
  { maxAgeMs: 1999 },
  { maxAgeMs: 3_600_000, notBeforeMs: 1_700_000_000_999, maxLifetimeMs: 60_000 },
  { notBeforeMs: -1 },
  { maxLifetimeMs: 2 ** 40 },
  { measurements: every, variants: [MEASURED, {}], maxAgeMs: 1000, notBeforeMs: 1000, maxLifetimeMs: 1000 },
];

const extra: TicketExtra = {
  peerId: PeerId.from("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"),
  networkId: Digest.from("my-network"),
  startedAt: DateTime.parse("2026-01-02T03:04:05.678Z"),
  quotedAt: DateTime.parse("2026-01-02T03:04:06.123456789Z"),
  expiration: Expiration.never,
};
const until = (moment: string): Expiration => Expiration.at(DateTime.parse(moment));

const TICKETS: readonly [name: string, extra: TicketExtra, parts?: QuoteParts][] = [
  ["valid for ever", extra],
  ["expiring", { ...extra, expiration: until("2026-01-02T04:04:06Z") }],
  ["of whole seconds", { ...extra, startedAt: DateTime.fromMillis(0), quotedAt: DateTime.fromMillis(1_000) }],
  ["of before 1970, with microseconds", { ...extra, startedAt: DateTime.parse("1969-12-31T23:59:59.000001Z") }],
  ["of the year 9999", { ...extra, expiration: until("9999-12-31T23:59:59.999999999Z") }],
  ["of TEE type 0, which is SGX", extra, { teeType: 0 }],
  ["of TD 1.5", extra, { version: 5, bodyType: 3, signedBytes: 696 }],
];

const whole = (): Uint8Array => encodeTicket(forgedQuote(extra), extra).data;
const ofQuote = (quote: Uint8Array): Uint8Array => encodeTicket(quote, extra).data;

const UNREADABLE: readonly [name: string, data: () => Uint8Array][] = [
  ["nothing", () => new Uint8Array()],
  ["not compressed", () => new TextEncoder().encode("a ticket")],
  ["cut short", () => whole().subarray(0, -1)],
  ["with more behind", () => concatBytes(whole(), Uint8Array.of(0))],
  ["too long", () => ofQuote(concatBytes(forgedQuote(extra), new Uint8Array(65_536)))],
  ["a quote shorter than its header", () => ofQuote(forgedQuote(extra).subarray(0, 47))],
  ["a quote of an unknown version", () => ofQuote(changed(forgedQuote(extra), 0, 6))],
  ["a quote by an attestation key of another kind", () => ofQuote(changed(forgedQuote(extra), 2, 3))],
  ["a quote that is bound to something else", () => ofQuote(forgedQuote(extra, { reportData: new Uint8Array(64) }))],
  ["a quote that is bound to another time", () => ofQuote(forgedQuote({ ...extra, quotedAt: DateTime.fromMillis(0) }))],
];

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

describe.skipIf(obstacle !== undefined)("TDX, to the byte in TypeScript and Rust", () => {
  const context = useTdxLanguages();

  it.each(VALIDATORS)("the signature of $0", async (options) => {
    const ours = tdx({ ...options, collateral: "none" });
    expect(await context.languages.rust.validatorSignature(options)).toBe(ours.signature.hex);
  });

  it.each(TICKETS)("a ticket %s", async (_, says, parts) => {
    await isSame(says, forgedQuote(says, parts));
  });

  it("a ticket whose quote has a chain of certificates, and zeros behind", async () => {
    const { quoteBytes } = decodeTicket(vouchedFor(extra).ticket.data);
    await isSame(extra, concatBytes(quoteBytes, new Uint8Array(70)));
  });

  it.each(UNREADABLE)("a ticket that nobody reads: %s", async (_, damaged) => {
    const data = damaged();
    await expect(context.languages.rust.decodeTicket(hex(data))).rejects.toThrow("Invalid ticket format");
    expect(() => decodeTicket(data)).toThrow(TdxError);
  });

  /** Both write the same ticket, and read the same out of it. */
  async function isSame(says: TicketExtra, quote: Uint8Array): Promise<void> {
    const { rust } = context.languages;
    const fields: TdxTicketFields = {
      quote: hex(quote),
      peerId: says.peerId.hex,
      networkId: says.networkId.hex,
      startedAt: says.startedAt.toString(),
      quotedAt: says.quotedAt.toString(),
      expiration: says.expiration.moment?.toString() ?? null,
    };
    const ours = encodeTicket(quote, says);
    expect(asInfo(ours)).toEqual(await rust.encodeTicket(fields));
    const theirs = await rust.decodeTicket(hex(ours.data));
    const read = decodeTicket(ours.data);
    expect(theirs.ticket).toEqual(fields);
    expect(read).toMatchObject({ ...says, quoteBytes: quote });
    expect(theirs.reportData).toBe(hex(read.quote.report.reportData));
    const { mrtd, rtmr0, rtmr1, rtmr2, rtmr3 } = measurementsOf(read.quote.report);
    const measured = { mrtd: hex(mrtd), rtmr0: hex(rtmr0), rtmr1: hex(rtmr1), rtmr2: hex(rtmr2), rtmr3: hex(rtmr3) };
    expect(theirs.measurements).toEqual(measured);
  }
});
