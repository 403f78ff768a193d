import { DateTime, Digest, Expiration, PeerId, type Network, type Ticket } from "mosaik";
import { encodeTicket, reportDataOf, type TicketExtra } from "mosaik/tee";
import { afterAll, beforeAll } from "vitest";
import { makeWorld } from "../../../packages/mosaik/test/tee/authority.js";
import { forgeQuote, type QuoteParts } from "../../../packages/mosaik/test/tee/forge.js";
import { startRelay, TdxPeer, whyNoPeer, type TdxNode } from "../../src/index.js";
import { addrOf, Languages } from "../setup.js";

/** Why the tests of TDX tickets have no other side here; said once. */
export const obstacle = whyNoPeer() ?? whyNoPeer("tdx-peer");
if (obstacle !== undefined) console.warn(obstacle);

/** Nodes of TypeScript, and of Rust with its feature `tdx`, with a relay between them. */
export class TdxLanguages {
  readonly rust: TdxPeer;
  readonly #languages: Languages;

  constructor(languages: Languages, rust: TdxPeer) {
    this.#languages = languages;
    this.rust = rust;
  }

  /** A node of each language that have each other in their catalogs. */
  async pair(networkId: string): Promise<{ ts: Network; rust: TdxNode }> {
    const ts = await this.#languages.ts(networkId);
    const relay = this.#languages.relay.url;
    const rust = await this.rust.join({ network: networkId, relay, announceIntervalMs: 1000 }, networkId);
    await rust.syncWith(addrOf(ts));
    return { ts, rust };
  }

  close(): Promise<void> {
    return this.#languages.close();
  }
}

/** Both languages, once for all tests of a file, each in a network of its own. */
export function useTdxLanguages(): { readonly languages: TdxLanguages } {
  const holder: { languages: TdxLanguages } = { languages: undefined as unknown as TdxLanguages };
  beforeAll(async () => {
    if (obstacle !== undefined) return;
    const rust = await TdxPeer.start();
    holder.languages = new TdxLanguages(new Languages(await startRelay(), rust.process), rust);
  });
  afterAll(() => holder.languages?.close());
  return holder;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const register = (fill: number): Uint8Array => new Uint8Array(48).fill(fill);

/** What the tests' program is measured as. */
export const MRTD = register(0xa0);
export const RTMRS = [0xa1, 0xa2, 0xa3, 0].map(register);
/** What is demanded of it, in the words of both languages. */
export const MEASURED = { mrtd: hex(MRTD), rtmr1: hex(RTMRS[1]!), rtmr2: hex(RTMRS[2]!) } as const;

/** What a ticket for a TypeScript node says: quoted now, valid for an hour. */
export function extraOf(network: Network, more: Partial<TicketExtra> = {}): TicketExtra {
  const { local, discovery } = network;
  const startedAt = DateTime.fromMillis(discovery.catalog.local.entry.startedAtMs);
  return { peerId: local.id, networkId: local.networkId, startedAt, ...quotedNow(), ...more };
}

/** The same for a Rust node. */
export function extraOfRust(node: TdxNode): TicketExtra {
  return {
    peerId: PeerId.from(node.id),
    networkId: Digest.from(node.networkId),
    startedAt: DateTime.parse(node.startedAt),
    ...quotedNow(),
  };
}

function quotedNow(): Pick<TicketExtra, "quotedAt" | "expiration"> {
  const nowMs = Date.now();
  return { quotedAt: DateTime.fromMillis(nowMs), expiration: Expiration.inHours(1, nowMs) };
}

/** A quote that is bound to this, and that nothing vouches for. */
export function forgedQuote(extra: TicketExtra, parts: QuoteParts = {}): Uint8Array {
  return forgeQuote({ mrtd: MRTD, rtmrs: RTMRS, reportData: reportDataOf(extra), ...parts });
}

/** A ticket that nothing vouches for. */
export function forged(extra: TicketExtra, parts: QuoteParts = {}): Ticket {
  return encodeTicket(forgedQuote(extra, parts), extra);
}

/** A ticket as hardware makes it, under a root of the tests' own; and that root. */
export function vouchedFor(extra: TicketExtra): { readonly ticket: Ticket; readonly root: string } {
  const dayMs = 86_400_000;
  const valid = { notBeforeMs: Date.now() - dayMs, notAfterMs: Date.now() + dayMs };
  const quote = { mrtd: MRTD, rtmrs: RTMRS, reportData: reportDataOf(extra) };
  const world = makeWorld({ quote, pck: valid, platformCa: valid, root: valid });
  return { ticket: encodeTicket(world.quote, extra), root: world.root };
}

/** A ticket as the program takes it. */
export function asInfo({ class: ticketClass, data }: Ticket): { readonly class: string; readonly data: string } {
  return { class: ticketClass.hex, data: hex(data) };
}

export function idOf({ class: ticketClass, data }: Ticket): string {
  return ticketClass.derive(data).hex;
}
