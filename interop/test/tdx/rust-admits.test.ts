import { DateTime, Digest, Expiration, PeerId, stream, t, type Ticket } from "mosaik";
import type { TicketExtra } from "mosaik/tee";
import { describe, expect, it } from "vitest";
import type { QuoteParts } from "../../../packages/mosaik/test/tee/forge.js";
import type { TdxValidatorArgs } from "../../src/index.js";
import { gather, until, within } from "../setup.js";
import { extraOf, forged, idOf, MEASURED, obstacle, RTMRS, useTdxLanguages } from "./fixture.js";

const ToRust = stream("to rust", t.string);
const ToTs = stream("to ts", t.string);
/** Rust consumes it whatever the producer shows. */
const Open = stream("open", t.string);
const SOON_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const { mrtd, rtmr2 } = MEASURED;
const fromNow = (ms: number): DateTime => DateTime.fromMillis(Date.now() + ms);
const another = PeerId.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const otherProgram: QuoteParts = { rtmrs: [RTMRS[0]!, RTMRS[1]!, new Uint8Array(48).fill(0xff), RTMRS[3]!] };

/** A ticket that Rust refuses, and where that is for what is demanded besides measurements, the demand. */
interface Refused {
  readonly name: string;
  readonly demanded?: TdxValidatorArgs;
  readonly extra?: () => Partial<TicketExtra>;
  readonly parts?: QuoteParts;
}

const REFUSED: readonly Refused[] = [
  { name: "other measurements", parts: otherProgram },
  {
    name: "none of the variants",
    demanded: { measurements: { mrtd }, variants: [{ rtmr1: "00".repeat(48) }, { rtmr2 }] },
    parts: otherProgram,
  },
  { name: "another peer's", extra: () => ({ peerId: another }) },
  { name: "another network's", extra: () => ({ networkId: Digest.from("another") }) },
  { name: "expired", extra: () => ({ quotedAt: fromNow(-HOUR_MS), expiration: Expiration.at(fromNow(-MINUTE_MS)) }) },
  { name: "too old", demanded: { maxAgeMs: HOUR_MS }, extra: () => ({ quotedAt: fromNow(-2 * HOUR_MS) }) },
  { name: "of the future", demanded: { maxAgeMs: HOUR_MS }, extra: () => ({ quotedAt: fromNow(HOUR_MS) }) },
  {
    name: "before a moment",
    demanded: { notBeforeMs: Date.now() - HOUR_MS },
    extra: () => ({ quotedAt: fromNow(-2 * HOUR_MS) }),
  },
  {
    name: "valid for ever",
    demanded: { maxLifetimeMs: 2 * HOUR_MS },
    extra: () => ({ expiration: Expiration.never }),
  },
];

describe.skipIf(obstacle !== undefined)("a TypeScript node with a forged TDX ticket, before Rust", () => {
  const context = useTdxLanguages();

  it.concurrent.each(REFUSED)("$name: refused, until it shows a right one", async (refused) => {
    const { name, demanded: besides = {}, extra = () => ({}), parts = {} } = refused;
    const { ts, rust } = await context.languages.pair(`forged: ${name}`);
    const demanded: TdxValidatorArgs = { measurements: MEASURED, ...besides };
    const requireTickets = [demanded];
    const wrong = forged(extraOf(ts, extra()), parts);
    ts.discovery.addTicket(wrong);

    const producer = ToRust.producer(ts);
    const connected = gather(producer.events());
    const open = Open.producer(ts);
    const rustProducer = await rust.produce({ streamId: "to ts", requireTickets });
    const rustConsumer = await rust.consume({ streamId: "to rust", requireTickets });
    const consumer = ToTs.consumer(ts);
    const events = gather(consumer.events());

    const me = ts.local.id.hex;
    expect(await rust.judgeTickets(me, idOf(wrong), demanded)).toEqual({ admitted: false });
    await until(SOON_MS, () => events.length > 0, "the refusal");
    expect(events[0]).toMatchObject({ kind: "refused", code: 10_403 });
    // Rust's consumers look at us when our entry changes: the one with demands has done so before another begins.
    const change: Ticket = { class: Digest.from("a change"), data: new Uint8Array(1) };
    ts.discovery.addTicket(change);
    expect(await rust.judgeTickets(me, idOf(change), demanded)).toEqual({ admitted: false });
    const undemanding = await rust.consume({ streamId: "open" });
    await within(SOON_MS, open.send("open"), "Rust's consumer without demands");
    expect(await undemanding.received(1)).toEqual(["open"]);
    expect(connected).toEqual([]);

    const right = forged(extraOf(ts));
    ts.discovery.replaceTicket(right);
    expect(await rust.judgeTickets(me, idOf(right), demanded)).toMatchObject({ admitted: true });
    await within(4 * SOON_MS, consumer.when().subscribed(), "Rust's producer to admit us");
    await rustProducer.send(["to ts"]);
    expect(await within(SOON_MS, consumer.recv(), "the datum")).toBe("to ts");
    await within(SOON_MS, producer.send("to rust"), "Rust's consumer to subscribe");
    expect(await rustConsumer.received(1)).toEqual(["to rust"]);
  });
});
