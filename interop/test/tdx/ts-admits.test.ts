import { Digest, PeerId, type Network, type Ticket } from "mosaik";
import { encodeTicket, tdx, type TdxOptions } from "mosaik/tee";
import { describe, it } from "vitest";
import type { TdxNode } from "../../src/index.js";
import { until } from "../setup.js";
import {
  asInfo,
  extraOfRust,
  forged,
  forgedQuote,
  idOf,
  MEASURED,
  obstacle,
  useTdxLanguages,
  vouchedFor,
} from "./fixture.js";
import { openGate } from "./gate.js";

const AS_RUST: TdxOptions = { measurements: MEASURED, policy: "rust-compatible" };
const BY_DEFAULT: TdxOptions = { measurements: MEASURED, collateral: "none" };
const SOON_MS = 10_000;

const another = PeerId.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

/** A ticket that is refused whichever policy, until a right one is shown in its place. */
const REFUSED: readonly [name: string, ticket: (rust: TdxNode) => Ticket, reason: string][] = [
  ["another program's", (rust) => forged(extraOfRust(rust), { rtmrs: [] }), "another rtmr1 than is demanded"],
  ["another peer's", (rust) => forged({ ...extraOfRust(rust), peerId: another }), "issued to another peer"],
  [
    "another network's",
    (rust) => forged({ ...extraOfRust(rust), networkId: Digest.from("another") }),
    "issued for another network",
  ],
  [
    "with a quote of 100 bytes, at which Rust's parser panics",
    (rust) => encodeTicket(forgedQuote(extraOfRust(rust)).subarray(0, 100), extraOfRust(rust)),
    "it ends in",
  ],
];

describe.skipIf(obstacle !== undefined)("a Rust node with a TDX ticket, before TypeScript", () => {
  const context = useTdxLanguages();

  /** Makes Rust show a ticket; resolves when we know its entry with it. */
  async function show(rust: TdxNode, ts: Network, ticket: Ticket): Promise<void> {
    await rust.replaceTicket(asInfo(ticket));
    const isKnown = () => ts.discovery.catalog.get(rust.id)?.entry.tickets.has(Digest.from(idOf(ticket))) === true;
    await until(SOON_MS, isKnown, "the ticket in the entry of the Rust node");
  }

  it.concurrent("forged: refused by default, and admitted as Rust would", async () => {
    const { ts, rust } = await context.languages.pair("forged, of Rust");
    await show(rust, ts, forged(extraOfRust(rust)));
    const byDefault = await openGate(ts, rust, tdx(BY_DEFAULT), "by default");
    const asRust = await openGate(ts, rust, tdx(AS_RUST), "as Rust");
    await asRust.admits();
    await byDefault.refuses("the quote is signed by a key that nothing vouches for: anybody can make such a one");
  });

  it.concurrent("vouched for: admitted by who trusts the root, and refused by who trusts Intel's", async () => {
    const { ts, rust } = await context.languages.pair("vouched for, of Rust");
    const { ticket, root } = vouchedFor(extraOfRust(rust));
    await show(rust, ts, ticket);
    const intels = await openGate(ts, rust, tdx(BY_DEFAULT), "the root of Intel");
    const ours = await openGate(ts, rust, tdx({ ...BY_DEFAULT, root }), "our root");
    await ours.admits();
    await intels.refuses("Intel SGX Root CA is not the root that is trusted");
  });

  it.concurrent.each(REFUSED)("%s: refused, until it shows a right one", async (name, ticketOf, reason) => {
    const { ts, rust } = await context.languages.pair(`of Rust: ${name}`);
    await show(rust, ts, ticketOf(rust));
    const gate = await openGate(ts, rust, tdx(AS_RUST));
    await gate.refuses(reason);
    await show(rust, ts, forged(extraOfRust(rust)));
    await gate.admits();
  });
});
