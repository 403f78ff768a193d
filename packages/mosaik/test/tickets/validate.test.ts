import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PeerEntry, Ticket } from "../../src/network/index.js";
import { Digest } from "../../src/primitives/index.js";
import {
  Expiration,
  InvalidTicket,
  validateTicket,
  validateTickets,
  type TicketValidator,
} from "../../src/tickets/index.js";
import { entryOf } from "../discovery/entries.js";
import { NOW, PlainValidator, validatorOf } from "./validators.js";

function entryWith(...tickets: Ticket[]): PeerEntry {
  return tickets.reduce((entry, ticket) => entry.withTicket(ticket, NOW), entryOf(1, NOW));
}

/** Validates where nothing may be reported. */
function judge(entry: PeerEntry, ...validators: TicketValidator[]): ReturnType<typeof validateTickets> {
  return validateTickets(entry, validators, NOW, (error) => {
    throw error;
  });
}

const hours = (count: number): Expiration => Expiration.inHours(count, NOW);
const junk = { class: Digest.from("a"), data: new Uint8Array([7]) };

describe("validateTicket", () => {
  const a = new PlainValidator("a");

  it("answers the latest expiration of the tickets that pass", () => {
    const entry = entryWith(a.ticket(hours(2)), junk, a.ticket(hours(5)), a.ticket(hours(-1)), a.ticket(hours(3)));
    expect(judge(entry, a)).toEqual(hours(5));
  });

  it("takes never for the latest of all", () => {
    expect(judge(entryWith(a.ticket(hours(2)), a.ticket(Expiration.never)), a)).toBe(Expiration.never);
  });

  it("refuses a peer without a ticket of the class", () => {
    const outcome = judge(entryWith(new PlainValidator("b").ticket(Expiration.never)), a);
    expect(outcome).toBeInstanceOf(InvalidTicket);
    expect(outcome).toMatchObject({ code: "missing", peer: entryOf(1).id, ticketClass: a.class });
  });

  it("refuses a peer whose tickets all fail, and says why", () => {
    const outcome = judge(entryWith(a.ticket(hours(-1))), a) as InvalidTicket;
    expect(outcome.code).toBe("refused");
    expect(outcome.message).toMatch(/: expired$/);
    expect(outcome.cause).toBeInstanceOf(InvalidTicket);
  });

  it("shows the validator every ticket of its class, and no other", () => {
    const validator = new PlainValidator("a");
    const tickets = [validator.ticket(hours(1)), validator.ticket(Expiration.never), junk];
    const entry = entryWith(...tickets, new PlainValidator("b").ticket(hours(1)));
    judge(entry, validator);
    expect(validator.shown).toEqual(entry.ticketsOf("a").map(({ data }) => data));
    expect(validator.shown).toHaveLength(3);
  });

  it("goes by the class of a ticket, not by the id that an entry lists it under", () => {
    const entry = entryWith();
    const forged = Object.assign(Object.create(entry) as PeerEntry, {
      tickets: new Map([[Digest.from("any id"), a.ticket(hours(1))]]),
    });
    expect(judge(forged, a)).toEqual(hours(1));
  });

  it("hands on the entry and the time", () => {
    const entry = entryWith(junk);
    const validator = validatorOf("a", (data, given, nowMs) => {
      expect([data, given, nowMs]).toEqual([junk.data, entry, NOW]);
      return Expiration.never;
    });
    expect(judge(entry, validator)).toBe(Expiration.never);
  });

  it("does not judge what a validator accepts: an expiration that has passed is answered as it is", () => {
    expect(
      judge(
        entryWith(junk),
        validatorOf("a", () => hours(-1)),
      ),
    ).toEqual(hours(-1));
  });

  it("takes bytes that do not decode for a refusal: nothing is reported", () => {
    expect(judge(entryWith(junk), a)).toMatchObject({ code: "refused" });
  });

  it("takes an InvalidTicket that is returned like one that is thrown", () => {
    const outcome = judge(
      entryWith(junk),
      validatorOf("a", () => new InvalidTicket("no")),
    );
    expect(outcome).toMatchObject({ code: "refused" });
  });
});

describe("a validator that fails", () => {
  const entry = entryWith(junk, { class: junk.class, data: new Uint8Array([8]) });
  const boom = new Error("boom");

  function outcomeOf(validator: TicketValidator): { outcome: unknown; reports: [unknown, string][] } {
    const reports: [unknown, string][] = [];
    const outcome = validateTicket(entry, validator, NOW, (error, where) => reports.push([error, where]));
    return { outcome, reports };
  }

  it("is reported and admits nobody", () => {
    const validator = validatorOf("a", () => {
      throw boom;
    });
    const { outcome, reports } = outcomeOf(validator);
    expect(outcome).toMatchObject({ code: "validatorFailed", peer: entry.id });
    const report = [boom, `validating a ticket of ${entry.id.short()}`];
    expect(reports).toEqual([report, report]);
  });

  it("does not spoil the ticket beside it", () => {
    const validator = validatorOf("a", ([first]) => {
      if (first === 7) throw boom;
      return hours(1);
    });
    const { outcome, reports } = outcomeOf(validator);
    expect(outcome).toEqual(hours(1));
    expect(reports).toHaveLength(1);
  });

  it.each<[string, () => unknown]>([
    ["nothing", () => undefined],
    ["true", () => true],
    ["something like an expiration", () => ({ moment: undefined })],
    ["a promise of an expiration", () => Promise.resolve(Expiration.never)],
    ["a promise that rejects", () => Promise.reject(boom)],
  ])("by answering with %s admits nobody", async (_name, answer) => {
    const { outcome, reports } = outcomeOf(validatorOf("a", () => answer() as Expiration));
    expect(outcome).toMatchObject({ code: "validatorFailed" });
    expect(reports[0]![0]).toBeInstanceOf(TypeError);
    // An unhandled rejection would fail the suite after this turn.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it("in its class is reported too", () => {
    const validator = {
      get class(): Digest {
        throw boom;
      },
      signature: Digest.zero(),
      validate: () => Expiration.never,
    };
    const { outcome, reports } = outcomeOf(validator);
    expect(outcome).toMatchObject({ code: "validatorFailed" });
    expect(reports).toHaveLength(1);
  });
});

describe("validateTickets", () => {
  const [a, b, c] = [new PlainValidator("a"), new PlainValidator("b"), new PlainValidator("c")];

  it("answers none without validators, whatever tickets there are", () => {
    expect(judge(entryWith())).toBeUndefined();
    expect(judge(entryWith(a.ticket(hours(-1))))).toBeUndefined();
  });

  it("answers the earliest of what the validators answer", () => {
    const entry = entryWith(a.ticket(hours(2)), a.ticket(hours(6)), b.ticket(hours(4)), c.ticket(Expiration.never));
    expect(judge(entry, a, b, c)).toEqual(hours(4));
    expect(judge(entry, c, a)).toEqual(hours(6));
    expect(judge(entry, c)).toBe(Expiration.never);
  });

  it("refuses a peer that one of the validators refuses, and asks no further", () => {
    const last = new PlainValidator("a");
    const entry = entryWith(a.ticket(hours(2)), b.ticket(hours(-1)));
    expect(judge(entry, a, b, last)).toMatchObject({ code: "refused", ticketClass: b.class });
    expect(judge(entry, a, c, b)).toMatchObject({ code: "missing", ticketClass: c.class });
    expect(last.shown).toEqual([]);
  });

  it("lets several validators share a class", () => {
    const strict = validatorOf("a", () => new InvalidTicket("too strict"));
    const entry = entryWith(a.ticket(hours(2)));
    expect(judge(entry, a, new PlainValidator("a"))).toEqual(hours(2));
    expect(judge(entry, a, strict)).toBeInstanceOf(InvalidTicket);
  });

  it("answers the least of the greatest for any tickets, in any order", () => {
    const offsets = fc.array(fc.option(fc.integer({ min: -5, max: 50 })), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(offsets, { maxLength: 4 }), (classes) => {
        const validators = classes.map((_, i) => new PlainValidator(`class ${i}`));
        const expirationOf = (hour: number | null): Expiration => (hour === null ? Expiration.never : hours(hour));
        const tickets = classes.flatMap((list, i) => list.map((hour) => validators[i]!.ticket(expirationOf(hour))));
        const latest = classes.map((list) => Math.max(...list.map((hour) => hour ?? Infinity)));
        const expected = Math.min(...latest);
        for (const given of [entryWith(...tickets), entryWith(...tickets.reverse())]) {
          const outcome = judge(given, ...validators);
          if (classes.length === 0) expect(outcome).toBeUndefined();
          else if (expected < 0) expect(outcome).toBeInstanceOf(InvalidTicket);
          else expect(outcome).toEqual(expirationOf(expected === Infinity ? null : expected));
        }
      }),
    );
  });
});
