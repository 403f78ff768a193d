import { t } from "@mosaik/postcard";
import { Digest, equalBytes } from "../../primitives/index.js";
import { digestCodec, peerIdCodec, type Ticket } from "../../network/index.js";
import { expirationCodec } from "../../tickets/index.js";
import { TdxError } from "./errors.js";
import { parseQuote, type Quote } from "./quote.js";
import { reportDataOf, type TicketExtra } from "./report-data.js";
import { compress, decompress } from "./zstd.js";

/** The class of tickets that are quotes of Intel TDX (spec 07 §6.1). */
export const TDX_TICKET_CLASS = Digest.from("mosaik.tee.tdx.ticket.v1");

const record = t.struct("mosaik::tee::tdx::ticket::TdxTicketData", {
  quote: t.vec(t.u8),
  extra: t.struct("mosaik::tee::tdx::ticket::TdxExtra", {
    peerId: peerIdCodec,
    networkId: digestCodec,
    startedAt: t.dateTime,
    quotedAt: t.dateTime,
    expiration: expirationCodec,
  }),
});

/** A ticket that was read: what it says, and the quote that is said to prove it. Verified is neither. */
export interface TdxTicket extends TicketExtra {
  readonly quote: Quote;
  readonly quoteBytes: Uint8Array;
}

/** A ticket as it goes into an entry: one frame of zstd (spec 07 §6.4). */
export function encodeTicket(quote: Uint8Array, extra: TicketExtra): Ticket {
  return { class: TDX_TICKET_CLASS, data: compress(record.encode({ quote, extra })) };
}

/**
 * Reads a ticket.
 *
 * @throws TdxError `malformedTicket`, `malformedQuote`; `reportDataMismatch` where the quote is bound to something else; nothing else, whatever the bytes
 */
export function decodeTicket(data: Uint8Array): TdxTicket {
  const { quote: quoteBytes, extra } = decodeRecord(data);
  const quote = parseQuote(quoteBytes);
  // Rust compares the digest alone.
  if (!equalBytes(quote.report.reportData.subarray(0, 32), reportDataOf(extra).subarray(0, 32))) {
    throw new TdxError(
      "reportDataMismatch",
      "the quote is bound to another peer, network or time than the ticket says",
    );
  }
  return { ...extra, quote, quoteBytes };
}

function decodeRecord(data: Uint8Array): { quote: Uint8Array; extra: TicketExtra } {
  try {
    return record.decode(decompress(data));
  } catch (error) {
    throw new TdxError("malformedTicket", (error as Error).message, { cause: error });
  }
}
