// The group that keeps the book: every member applies the same orders in the same sequence.
import { Digest, GroupKey, logReplaySync, normal, t } from "mosaik";
import { OrderBook } from "./book.mjs";
import { Depth, Order } from "./types.mjs";

/** How many matchers there are. An order is in the book when most of them have it: one may die, and nothing is lost. */
const MATCHERS = 3;

/** What the group replicates. */
class Matching {
  signature = Digest.from("order-book.v1");
  command = Order;
  query = t.u32;
  result = Depth;
  sync = logReplaySync({ typeName: "order_book::Matching" });
  book = new OrderBook();

  constructor(preference) {
    this.preference = preference;
  }
  apply(orders) {
    for (const order of orders) this.book.place(order);
  }
  answer(levels) {
    return this.book.depth(levels);
  }
  reset() {
    this.book = new OrderBook();
  }
}

/** This process's copy of the book. */
export class SharedBook {
  #machine;
  #group;

  /** @param preference `observer` for one that only reads */
  constructor(network, { secret, preference = normal }) {
    this.#machine = new Matching(preference);
    const consensus = { guards: { members: MATCHERS } };
    this.#group = network.groups.join({ key: GroupKey.fromSecret(secret), machine: this.#machine, consensus });
  }

  /** Puts an order into the book, however often it takes. It may come from several matchers, and counts once. */
  async place(order, signal) {
    while (!this.#machine.book.has(order.id)) {
      try {
        await this.#group.execute(order, { signal });
      } catch (error) {
        if (!["notSent", "outcomeUnknown", "superseded"].includes(error.code)) throw error;
        await this.#group.when().online().toPromise({ signal });
      }
    }
  }

  /** What happened since the beginning, and then whatever happens: `{ reports, depth }`, with the depth after the last report. */
  async *changes(signal) {
    let book, next;
    for (;;) {
      const { result: depth, position } = await this.#group.query(5, "weak");
      if (book !== this.#machine.book) [book, next] = [this.#machine.book, 0];
      const reports = book.journal.slice(next).map((event, i) => ({ number: next + i, event }));
      next += reports.length;
      if (reports.length > 0) yield { reports, depth };
      await this.#group
        .when()
        .committed()
        .reaches(position + 1)
        .toPromise({ signal });
    }
  }

  /** Who leads, as it changes: `undefined` for nobody. */
  async *leaders(signal) {
    yield this.#group.leader;
    for await (const event of this.#group.events({ signal })) if (event.kind === "leader") yield event.leader;
  }
}
