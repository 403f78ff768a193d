import { describe, expect, it } from "vitest";
import type { PeerEntry, Ticket } from "../../src/network/index.js";
import { Digest } from "../../src/primitives/index.js";
import {
  Expiration,
  InvalidTicket,
  TICKETS_PER_CLASS_MAX,
  TICKETS_PER_PEER_MAX,
  validateTicket,
  type TicketValidator,
} from "../../src/tickets/index.js";
import { entryOf } from "../discovery/entries.js";
import { NOW, PlainValidator, validatorOf } from "./validators.js";

function entryWith(tickets: readonly Ticket[], peer = 1): PeerEntry {
  return tickets.reduce((entry, ticket) => entry.withTicket(ticket, NOW), entryOf(peer, NOW));
}

function judge(entry: PeerEntry, validator: TicketValidator, nowMs = NOW): Expiration | InvalidTicket {
  return validateTicket(entry, validator, nowMs, (error) => {
    throw error;
  });
}

/** The same validator, said to be repeatable. */
const repeatable = <V extends TicketValidator>(validator: V): V & { isRepeatable: true } =>
  Object.assign(validator, { isRepeatable: true as const });

const numbered = (number: number): Ticket => ({ class: Digest.from("a"), data: new Uint8Array([number, number >> 8]) });

describe("a verdict of a repeatable validator", () => {
  it("is remembered when the entry is renewed or changes otherwise", () => {
    const validator = repeatable(new PlainValidator("a"));
    const entry = entryWith([validator.ticket(Expiration.never)]);
    expect(judge(entry, validator)).toBe(Expiration.never);
    expect(judge(entry.incremented(NOW + 1), validator, NOW + 1)).toBe(Expiration.never);
    expect(judge(entry.withAdded("tags", ["x"], NOW), validator, NOW + 2)).toBe(Expiration.never);
    expect(validator.shown).toHaveLength(1);
  });

  it("is that of one peer, of one validator, and of the very bytes, whatever id they are listed under", () => {
    const [first, second] = [repeatable(new PlainValidator("a")), repeatable(new PlainValidator("a"))];
    const ticket = first.ticket(Expiration.never);
    const other = first.ticket(Expiration.inHours(1, NOW));
    judge(entryWith([ticket]), first);
    judge(entryWith([ticket], 2), first);
    judge(entryWith([ticket]), second);
    expect([first.shown.length, second.shown.length]).toEqual([2, 1]);
    const [id] = entryWith([ticket]).tickets.keys();
    const forged = { ...entryOf(1, NOW), tickets: new Map([[id!, other]]) };
    const lying = Object.assign(Object.create(entryOf(1, NOW)) as PeerEntry, forged);
    expect(judge(lying, first)).toEqual(Expiration.inHours(1, NOW));
    expect(first.shown).toHaveLength(3);
  });

  it("counts until it expires", () => {
    const validator = repeatable(new PlainValidator("a"));
    const entry = entryWith([validator.ticket(Expiration.after(1000, NOW))]);
    expect(judge(entry, validator)).toBeInstanceOf(Expiration);
    expect(judge(entry, validator, NOW + 1000)).toBeInstanceOf(Expiration);
    expect(validator.shown).toHaveLength(1);
    expect(judge(entry, validator, NOW + 1001)).toBeInstanceOf(InvalidTicket);
    expect(validator.shown).toHaveLength(2);
  });

  it("that refuses counts for a second, and none outlives a clock that was set back", () => {
    let calls = 0;
    const validator = repeatable(
      validatorOf("a", (_data, _entry, nowMs) => {
        calls++;
        return nowMs >= NOW + 500 ? Expiration.never : new InvalidTicket("not yet");
      }),
    );
    const entry = entryWith([numbered(1)]);
    expect(judge(entry, validator, NOW)).toBeInstanceOf(InvalidTicket);
    expect(judge(entry, validator, NOW + 999)).toBeInstanceOf(InvalidTicket);
    expect(calls).toBe(1);
    expect(judge(entry, validator, NOW + 1000)).toBe(Expiration.never);
    expect(judge(entry, validator, NOW)).toBeInstanceOf(InvalidTicket);
    expect(calls).toBe(3);
  });

  it("of 4096 tickets is remembered by a validator, the last used", () => {
    let calls = 0;
    const validator = repeatable(
      validatorOf("a", () => {
        calls++;
        return Expiration.never;
      }),
    );
    const entries = Array.from({ length: 4097 }, (_, i) => entryWith([numbered(i)]));
    for (const entry of entries.slice(0, 4096)) judge(entry, validator);
    judge(entries[0]!, validator);
    expect(calls).toBe(4096);
    judge(entries[4096]!, validator);
    judge(entries[0]!, validator);
    expect(calls).toBe(4097);
    judge(entries[1]!, validator);
    expect(calls).toBe(4098);
  });
});

it("a verdict of another validator is asked for each time", () => {
  let calls = 0;
  const validator = validatorOf("a", (_data, entry) => {
    calls++;
    return entry.tags.size > 0 ? Expiration.never : new InvalidTicket("no tag");
  });
  const entry = entryWith([numbered(1)]);
  expect(judge(entry, validator)).toBeInstanceOf(InvalidTicket);
  expect(judge(entry.withAdded("tags", ["x"], NOW), validator)).toBe(Expiration.never);
  expect(calls).toBe(2);
});

describe("the tickets of a peer", () => {
  it("are judged up to a number of each class, and looked at up to a number in all, in the order of their ids", () => {
    const shown: Uint8Array[] = [];
    const validator = validatorOf("a", (data) => {
      shown.push(data);
      return new InvalidTicket("no");
    });
    const many = entryWith(Array.from({ length: 100 }, (_, i) => numbered(i)));
    judge(many, validator);
    expect(shown).toEqual(
      many
        .ticketsOf("a")
        .slice(0, TICKETS_PER_CLASS_MAX)
        .map(({ data }) => data),
    );
    const others = Array.from({ length: 200 }, (_, i) => ({ class: Digest.from("b"), data: new Uint8Array([i]) }));
    const mixed = entryWith([...others, numbered(500)]);
    const at = [...mixed.tickets.values()].findIndex(({ class: kind }) => kind === validator.class);
    shown.length = 0;
    judge(mixed, validator);
    expect(shown).toHaveLength(at < TICKETS_PER_PEER_MAX ? 1 : 0);
  });
});
