// A room: who is in it, and what was said. Every process in it has all of it.
import { randomUUID } from "node:crypto";
import { collection, t } from "mosaik";

const Message = t.struct("group_chat::Message", { id: t.string, from: t.string, text: t.string });

/** How long leaving may take, in ms. Others notice by themselves who is gone. */
const LEAVE_MS = 2000;

/** What is worth another try: nobody led, or the one who did was lost. */
const PASSING = ["offline", "outcomeUnknown", "superseded"];

export class Room {
  #nick;
  #self;
  #members;
  #messages;

  constructor(network, { name, nick }) {
    this.#nick = nick;
    this.#self = network.local.id.hex;
    // Nicks, and the peers that have them.
    this.#members = collection.map(`group-chat.members.${name}`, t.string, t.string).writer(network);
    this.#messages = collection.vec(`group-chat.messages.${name}`, Message).writer(network);
  }

  /** Waits until this process has all that the others have, and takes the nick. @throws Error if somebody has it */
  async enter(signal) {
    await this.#members.when().online().toPromise({ signal });
    await this.#messages.when().online().toPromise({ signal });
    await this.#takeNick(signal);
  }

  /** Gives the nick back. */
  async leave() {
    const mine = { expected: this.#self };
    await this.#members.compareExchange(this.#nick, mine, { timeoutMs: LEAVE_MS }).catch(() => {});
  }

  /** Says something. While nobody leads, as after the death of the one who did, it waits. */
  async say(text, signal) {
    const message = { id: randomUUID(), from: this.#nick, text };
    await insist(this.#messages, () => this.#messages.pushBack(message, { signal }), signal);
  }

  /** What was said since the beginning, and then what is said. */
  async *messages(signal) {
    const told = new Set();
    const untold = (messages) => [...messages].filter(({ id }) => !told.has(id) && told.add(id));
    const changes = this.#messages.changes({ since: this.#messages.version, signal });
    yield* untold(this.#messages);
    for await (const change of changes) {
      if (change.kind === "inserted") yield* untold(change.values);
      else if (change.kind === "reset") yield* untold(this.#messages);
    }
  }

  /** Who comes and goes, beginning with those who are there: `{ kind: "came" | "went", nick }`. Holds on to the own nick. */
  async *presence(signal) {
    let known = new Set();
    const changes = this.#members.changes({ since: this.#members.version, signal });
    do {
      const present = new Set(this.#members.keys());
      for (const nick of present) if (!known.has(nick)) yield { kind: "came", nick };
      for (const nick of known) if (!present.has(nick)) yield { kind: "went", nick };
      known = present;
      // Others take it from one whom they cannot reach for a while.
      if (this.#members.get(this.#nick) !== this.#self) await this.#takeNick(signal);
    } while (!(await changes.next()).done);
  }

  /** Takes the nicks of those who are gone without a farewell. */
  async sweep(signal) {
    for await (const event of this.#members.events({ signal })) {
      if (event.kind !== "unbonded") continue;
      for (const [nick, peer] of this.#members) {
        if (peer === event.peer.hex) await this.#exchange(nick, { expected: peer }, signal);
      }
    }
  }

  async #takeNick(signal) {
    await this.#exchange(this.#nick, { next: this.#self }, signal);
    if (this.#members.get(this.#nick) === this.#self) return;
    throw new Error(
      `${this.#nick} is in the room already: take another --nick. (Who was killed stays for a few seconds.)`,
    );
  }

  async #exchange(nick, change, signal) {
    await insist(this.#members, () => this.#members.compareExchange(nick, change, { signal }), signal);
  }
}

/** Does something until it is done. It may be done twice. */
async function insist(handle, act, signal) {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!PASSING.includes(error.code)) throw error;
      await handle.when().online().toPromise({ signal });
    }
  }
}
