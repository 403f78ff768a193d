// The service: seats that people book, each seat once. It knows no clock but the network's, and begins no process: that is why it can be tested.
import { Digest, GroupKey, logReplaySync, t } from "mosaik";

/** How many nodes there are. A booking is confirmed when most of them have it. */
export const NODES = 3;

const Booking = t.struct("seats::Booking", { seat: t.string, name: t.string });
/** What is worth another try: nobody led, or the one who did was lost. */
const PASSING = ["notSent", "outcomeUnknown", "superseded"];

/** What the group replicates: who has which seat. */
class Plan {
  signature = Digest.from("seats.v1");
  command = Booking;
  query = t.string;
  result = t.option(t.string);
  sync = logReplaySync({ typeName: "seats::Plan" });
  seats = new Map();
  #isFirstComeFirstServed;

  constructor(isFirstComeFirstServed) {
    this.#isFirstComeFirstServed = isFirstComeFirstServed;
  }
  apply(bookings) {
    for (const { seat, name } of bookings) {
      if (this.#isFirstComeFirstServed && this.seats.has(seat)) continue;
      this.seats.set(seat, name);
    }
  }
  answer(seat) {
    return this.seats.get(seat);
  }
  reset() {
    this.seats = new Map();
  }
}

/** One node of the service. */
export class Seats {
  #plan;
  #group;

  /**
   * @param options.secret the same at all nodes
   * @param options.bug a mistake to find: `"check"` looks before it books, and then books; `"alone"` goes on without a majority
   */
  constructor(network, { secret, bug }) {
    this.#plan = new Plan(bug !== "check");
    const guards = bug === "alone" ? {} : { guards: { members: NODES } };
    this.#group = network.groups.join({ key: GroupKey.fromSecret(secret), machine: this.#plan, consensus: guards });
  }

  /** Waits until this node has all that the others have. */
  async ready(signal) {
    await this.#group.when().online().toPromise({ signal });
  }

  /** The seats that are taken, and by whom, as far as this node knows. */
  get taken() {
    return this.#plan.seats;
  }

  /** Books a seat, however long it takes. @returns whether `name` has it */
  async book(seat, name, signal) {
    for (;;) {
      if (this.#plan.seats.has(seat)) return this.#plan.seats.get(seat) === name;
      try {
        await this.#group.execute({ seat, name }, { signal });
      } catch (error) {
        if (!PASSING.includes(error.code)) throw error;
        await this.ready(signal);
      }
    }
  }
}
