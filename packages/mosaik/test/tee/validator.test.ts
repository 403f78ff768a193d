import { DateTime } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { PeerEntry } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import { Expiration, InvalidTicket } from "../../src/tickets/index.js";
import { reportDataOf, type TicketExtra } from "../../src/tee/tdx/report-data.js";
import { encodeTicket } from "../../src/tee/tdx/ticket.js";
import { tdx, TdxError, type TdxOptions } from "../../src/tee/index.js";
import { loadCases } from "../vectors/load.js";
import { forgeQuote, type QuoteParts } from "./forge.js";

const peerId = PeerId.from("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
const networkId = Digest.from("my-network");
const quotedMs = Date.parse("2026-01-02T03:04:06Z");
const MRTD = new Uint8Array(48).fill(0x91);
const RUST: TdxOptions = { policy: "rust-compatible" };

const extraOf = (more: Partial<TicketExtra> = {}): TicketExtra => ({
  peerId,
  networkId,
  startedAt: DateTime.fromMillis(quotedMs - 1000),
  quotedAt: DateTime.fromMillis(quotedMs),
  expiration: Expiration.never,
  ...more,
});

/** What a validator says of a home-made ticket. */
function outcome(
  options: TdxOptions,
  {
    extra = extraOf(),
    parts = {},
    nowMs = quotedMs + 60_000,
    entry = {},
    change = (bytes: Uint8Array) => bytes,
  }: {
    extra?: TicketExtra;
    parts?: QuoteParts;
    nowMs?: number;
    entry?: { peer?: PeerId; network?: Digest };
    change?: (quote: Uint8Array) => Uint8Array;
  } = {},
): string {
  const quote = change(forgeQuote({ mrtd: MRTD, reportData: reportDataOf(extra), ...parts }));
  const { peer = peerId, network = networkId } = entry;
  const shown = PeerEntry.create("0.4.2", network, { id: peer, addrs: [] }, quotedMs);
  const verdict = tdx(options).validate(encodeTicket(quote, extra).data, shown, nowMs);
  return verdict instanceof InvalidTicket ? verdict.message : "accepted";
}

describe("what Rust takes is taken by who asks for that, and what it refuses is refused", () => {
  const expiring = (ms: number): TicketExtra =>
    extraOf({ expiration: Expiration.at(DateTime.fromMillis(quotedMs + ms)) });
  const other = PeerId.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  it.each([
    ["v4 self-signed", {}, {}, "accepted"],
    ["v4 with TEE type 0 (SGX)", {}, { parts: { teeType: 0 } }, "accepted"],
    ["required mrtd matches", { measurements: { mrtd: MRTD } }, {}, "accepted"],
    ["required mrtd differs", { measurements: { mrtd: "00".repeat(48) } }, {}, "another mrtd"],
    ["variant matches", { variants: [{ mrtd: "00".repeat(48) }, { mrtd: MRTD }] }, {}, "accepted"],
    ["no variant matches", { variants: [{ mrtd: "00".repeat(48) }] }, {}, "none of the variants"],
    ["wrong report data", {}, { parts: { reportData: new Uint8Array(64) } }, "bound to another"],
    ["other network in the entry", {}, { entry: { network: Digest.from("other") } }, "another network"],
    ["other peer", {}, { entry: { peer: other } }, "another peer"],
    ["expired", {}, { extra: expiring(59_000) }, "expired"],
    ["max_age exceeded", { maxAgeMs: 59_000 }, {}, "too long ago"],
    ["max_age, quoted in the future", { maxAgeMs: 59_000 }, { nowMs: quotedMs - 1 }, "in the future"],
    ["max_lifetime with Never", { maxLifetimeMs: 3_600_000 }, {}, "valid for too long"],
    ["max_lifetime kept", { maxLifetimeMs: 3_600_000 }, { extra: expiring(3_600_000) }, "accepted"],
    ["not_before in the future", { notBeforeMs: quotedMs + 1000 }, {}, "too long ago"],
    [
      "v5 TD 1.5, signature over the first 696 bytes",
      {},
      { parts: { version: 5, bodyType: 3, signedBytes: 696 } },
      "accepted",
    ],
  ] as [string, TdxOptions, Parameters<typeof outcome>[1], string][])("%s", (_, options, made, expected) => {
    expect(outcome({ ...RUST, ...options }, made)).toContain(expected);
  });

  it("quotes of version 5 are taken as Intel signs them as well, which Rust refuses", () => {
    for (const bodyType of [2, 3] as const) expect(outcome(RUST, { parts: { version: 5, bodyType } })).toBe("accepted");
  });

  it.each([0, 10, 47, 48, 60, 100, 631, 632, 695, 700, 769])(
    "a quote that is cut to %i bytes is refused, and stops nobody",
    (length) => {
      for (const version of [4, 5] as const) {
        expect(outcome(RUST, { parts: { version }, change: (quote) => quote.subarray(0, length) })).toMatch(
          /it ends in/,
        );
      }
    },
  );

  it("has the signatures of Rust", () => {
    const cases = loadCases<{ readonly name: string; readonly value: string }>("tdx.json");
    const signatureOf = (name: string): string => cases.find((one) => one.name === name)!.value;
    const mrtd = "91eb2b44d141d4ece09f0c75c2c53d247a3c68edd7fafe8a3520c942a604a407de03ae6dc5f87f27428b2538873118b7";
    const four = [1, 2, 3, 4].map((fill) => new Uint8Array(48).fill(fill));
    const [rtmr0, rtmr1, rtmr2, rtmr3] = four as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(tdx().signature.hex).toBe(signatureOf("Tdx::new()"));
    expect(tdx({ measurements: { mrtd } }).signature.hex).toBe(signatureOf("Tdx mrtd 91eb..18b7"));
    expect(tdx({ measurements: { mrtd }, maxAgeMs: 3_600_000 }).signature.hex).toBe(
      signatureOf("Tdx mrtd, max_age 3600 s"),
    );
    expect(tdx({ measurements: { rtmr0, rtmr1, rtmr2, rtmr3 } }).signature.hex).toBe(
      signatureOf("Tdx rtmr0..3 = 1..4 repeated"),
    );
    expect(tdx({ variants: [{ mrtd }] }).signature.hex).toBe(signatureOf("Tdx with variant mrtd"));
    expect(tdx({ notBeforeMs: 1_700_000_000_000 }).signature.hex).toBe(signatureOf("Tdx not_before 1700000000"));
    expect(tdx({ maxLifetimeMs: 60_000 }).signature.hex).toBe(signatureOf("Tdx max_lifetime 60 s"));
  });
});

describe("options that cannot be used", () => {
  it.each([
    [{ policy: { configId: "00" } }, "a measurement has 48 bytes"],
    [{ policy: { statuses: [] } }, "a policy that takes no status at all"],
    [{ policy: "lenient" as "rust-compatible" }, 'a policy is an object, or "rust-compatible", not lenient'],
    [{ measurements: { mrtd: "zz".repeat(48) } }, "a measurement has 48 bytes"],
    [{ maxAgeMs: Number.NaN }, "a time is a number of ms"],
  ])("are refused: %j", (options, reason) => {
    expect(() => tdx(options)).toThrow(TdxError);
    expect(() => tdx(options)).toThrow(reason);
  });
});

describe("a quote that anybody can make", () => {
  it("is refused by default, with a reason that a person understands", () => {
    const reason = "the quote is signed by a key that nothing vouches for: anybody can make such a one";
    expect(outcome({})).toBe(reason);
    expect(outcome({}, { parts: { vendor: "939a7233f79c4ca9940a0db3957f0607" } })).toBe(reason);
  });
});
