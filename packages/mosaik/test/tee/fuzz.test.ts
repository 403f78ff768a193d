import { DateTime } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { PeerEntry } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import { SeededRandom } from "../../src/runtime/index.js";
import {
  decodeTicket,
  encodeTicket,
  parseCollateral,
  collateralJson,
  parseQuote,
  reportDataOf,
  TdxError,
  verifyQuote,
  type Collateral,
  type TicketExtra,
} from "../../src/tee/index.js";
import { TdxValidator } from "../../src/tee/tdx/validator.js";
import { Expiration, InvalidTicket } from "../../src/tickets/index.js";
import { makeWorld, NOW_MS } from "./authority.js";

const ROUNDS = 2000;
const peerId = PeerId.from("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
const networkId = Digest.from("my-network");
const extra: TicketExtra = {
  peerId,
  networkId,
  startedAt: DateTime.fromMillis(NOW_MS - 1000),
  quotedAt: DateTime.fromMillis(NOW_MS),
  expiration: Expiration.never,
};
const made = makeWorld({ quote: { reportData: reportDataOf(extra) } });
const ticket = encodeTicket(made.quote, extra).data;
const entry = PeerEntry.create("0.4.2", networkId, { id: peerId, addrs: [] }, NOW_MS);

/** Changes bytes, cuts, repeats and fills, so that it is something else than before. */
function damaged(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.u32() % bytes.length;
  const length = 1 + (random.u32() % 64);
  switch (random.u32() % 5) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return Uint8Array.from([...bytes.subarray(0, at), ...random.bytes(length), ...bytes.subarray(at)]);
    case 2:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
    case 3:
      return bytes.map((byte, i) => (i >= at && i < at + length ? (byte + 1) & 0xff : byte));
    default:
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << (random.u32() % 8)) : byte));
  }
}

function signedPart({ tcbInfo, qeIdentity, rootRevocations, pckRevocations }: Collateral): unknown {
  const signed = [tcbInfo, qeIdentity].map(({ text, signature }) => [text, signature.toLowerCase()]);
  return [signed, rootRevocations, pckRevocations];
}

function typed(run: () => unknown): "held" | "refused" {
  try {
    run();
    return "held";
  } catch (error) {
    if (error instanceof TdxError) return "refused";
    throw error;
  }
}

describe("whatever the bytes are", () => {
  it("a ticket is refused, or is the one that it was", () => {
    const random = new SeededRandom("tickets");
    const validator = new TdxValidator({ root: made.root });
    const read = (data: Uint8Array): unknown => validator.validate(data, entry, NOW_MS);
    expect(read(ticket)).toBe(Expiration.never);
    for (let i = 0; i < ROUNDS; i++) {
      const data = i % 4 === 0 ? random.bytes(random.u32() % 3000) : damaged(ticket, random);
      const verdict = read(data);
      if (verdict instanceof InvalidTicket) continue;
      // What a frame may say in two ways, and fractions of seconds, which no quote binds.
      expect(verdict).toEqual(Expiration.never);
      expect(decodeTicket(data)).toMatchObject({ quoteBytes: made.quote, peerId, networkId });
    }
  });

  it("a quote is refused with a typed error", () => {
    const random = new SeededRandom("quotes");
    const { quote, collateral, root } = made;
    const outcomes = { held: 0, refused: 0 };
    for (let i = 0; i < ROUNDS; i++) {
      const bytes = i % 8 === 0 ? random.bytes(random.u32() % 6000) : damaged(quote, random);
      outcomes[typed(() => verifyQuote(parseQuote(bytes), { nowMs: NOW_MS, collateral, root }))]++;
    }
    // Of a quote everything counts but what is reserved in its header, its user's data among it, which is signed.
    expect(outcomes).toEqual({ held: 0, refused: ROUNDS });
  });

  it("collateral is refused with a typed error, or says what it said", () => {
    const random = new SeededRandom("collateral");
    const { quote, collateral, root } = made;
    const parsed = parseQuote(quote);
    const { tcbInfo, qeIdentity } = collateral;
    const text = (value: string): string => Buffer.from(damaged(Buffer.from(value), random)).toString("utf8");
    const changes = [
      () => ({ tcbInfo: { ...tcbInfo, text: text(tcbInfo.text) } }),
      () => ({ tcbInfo: { ...tcbInfo, issuerChain: text(tcbInfo.issuerChain) } }),
      () => ({ qeIdentity: { ...qeIdentity, text: text(qeIdentity.text) } }),
      () => ({ qeIdentity: { ...qeIdentity, signature: text(qeIdentity.signature) } }),
      () => ({ rootRevocations: damaged(collateral.rootRevocations, random) }),
      () => ({ pckRevocations: damaged(collateral.pckRevocations, random) }),
    ];
    for (let i = 0; i < ROUNDS; i++) {
      const changed = { ...collateral, ...changes[i % changes.length]!() };
      if (typed(() => verifyQuote(parsed, { nowMs: NOW_MS, root, collateral: changed })) === "held") {
        // Hexadecimal digits may be capitals, and what is between the certificates of a chain says nothing.
        expect(signedPart(changed)).toEqual(signedPart(collateral));
      }
      typed(() => parseCollateral(text(collateralJson(collateral))));
    }
  });
});
