import { describe, expect, it } from "vitest";
import { ticketId, type Ticket } from "../../src/network/index.js";
import { Digest } from "../../src/primitives/index.js";
import { entryOf } from "../discovery/entries.js";
import { loadCases } from "../vectors/load.js";

const NOW = 1_767_323_046_000;
const cases = loadCases<{ kind: string; name: string; class: string; data: string; id: string }>("tickets.json");

function ticketOf(kind: string, ...data: number[]): Ticket {
  return { class: Digest.from(kind), data: new Uint8Array(data) };
}

const [a1, a2, a3, b1] = [ticketOf("a", 1), ticketOf("a", 2), ticketOf("a", 3), ticketOf("b", 1)];
const entry = [a1, a2, b1].reduce((entry, ticket) => entry.withTicket(ticket, NOW), entryOf(1, NOW));

describe("the id of a ticket", () => {
  for (const { name, class: kind, data, id } of cases.filter(({ kind }) => kind === "ticket")) {
    it(`is Rust's: ${name}`, () => {
      expect(ticketId({ class: Digest.parse(kind), data: new TextEncoder().encode(data) }).hex).toBe(id);
    });
  }
});

describe("the tickets of an entry", () => {
  it("are found by their class, in the order of their ids", () => {
    const byId = [a1, a2].sort((x, y) => Digest.compare(ticketId(x), ticketId(y)));
    expect(entry.ticketsOf("a")).toEqual(byId);
    expect(entry.ticketsOf(Digest.from("b"))).toEqual([b1]);
    expect(entry.ticketsOf("c")).toEqual([]);
  });

  it("are found by what a predicate says of their bytes", () => {
    expect(entry.validTickets("a", ([first]) => first === 2)).toEqual([a2]);
    expect(entry.validTickets("b", ([first]) => first === 2)).toEqual([]);
    expect(entry.hasValidTicket("a", ([first]) => first === 2)).toBe(true);
    expect(entry.hasValidTicket("b", ([first]) => first === 2)).toBe(false);
    expect(entry.hasValidTicket("c", () => true)).toBe(false);
  });

  it("do not change with the buffer that they were made from", () => {
    const data = Buffer.from([1, 2, 3]);
    const added = entry.withTicket({ class: Digest.from("c"), data }, NOW);
    const replaced = entry.replacingTickets({ class: Digest.from("c"), data }, NOW);
    data.fill(0);
    for (const { tickets } of [added, replaced]) for (const [id, ticket] of tickets) expect(ticketId(ticket)).toBe(id);
  });

  it("stay the same entry when nothing changes", () => {
    expect(entry.withTicket(a1, NOW)).toBe(entry);
    expect(entry.withoutTickets((ticket) => ticket.class === Digest.from("c"), NOW)).toBe(entry);
    expect(entry.replacingTickets(b1, NOW)).toBe(entry);
  });
});

describe("replacingTickets", () => {
  it("leaves one ticket of the class, and those of others, in one update", () => {
    const replaced = entry.replacingTickets(a3, NOW);
    expect(replaced.ticketsOf("a")).toEqual([a3]);
    expect(replaced.ticketsOf("b")).toEqual([b1]);
    expect(replaced.version.updated).toBe(entry.version.updated + 1n);
  });

  it("removes the others when the ticket is there already", () => {
    expect(entry.replacingTickets(a1, NOW).ticketsOf("a")).toEqual([a1]);
  });

  it("adds the first of a class", () => {
    const first = ticketOf("c", 1);
    expect(entry.replacingTickets(first, NOW).ticketsOf("c")).toEqual([first]);
  });

  it("keeps the ids in ascending order", () => {
    for (let i = 0; i < 20; i++) {
      const ids = [...entry.replacingTickets(ticketOf("a", i), NOW).tickets.keys()];
      expect(ids).toEqual([...ids].sort(Digest.compare));
    }
  });
});
