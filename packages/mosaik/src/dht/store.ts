import type { Responder } from "./lookup.js";
import type { KrpcReply } from "./krpc.js";

/** Codes of BEP 44: another item is stored than `cas` said, and one with a greater sequence number. */
const CAS_MISMATCH = 301;
const SEQ_LESS = 302;

export type StoreOutcome =
  /** So many nodes took it. */
  | { readonly kind: "stored"; readonly count: number }
  /** Most nodes hold something newer, or something else than was expected. */
  | { readonly kind: "notMostRecent" }
  /** No node took it. */
  | { readonly kind: "failed"; readonly errors: readonly string[] };

/** Gives an item to the nodes that a lookup found, and judges their answers (spec 03 §B.2). Pure. */
export class Store {
  readonly #responders: readonly Responder[];
  #pending: number;
  #storedCount = 0;
  #newerCount = 0;
  readonly #errors = new Set<string>();

  constructor(responders: readonly Responder[]) {
    this.#responders = responders;
    this.#pending = responders.length;
  }

  get isDone(): boolean {
    return this.#pending === 0;
  }

  /** @param reply nothing where the node did not answer in time */
  replied(reply: KrpcReply | undefined): void {
    this.#pending--;
    if (reply === undefined) return void this.#errors.add("no answer in time");
    // Rust's nodes acknowledge with their id and nothing else; anything more is the answer to another question.
    if (reply.kind === "response") {
      if (reply.token === undefined && reply.nodes.length === 0 && reply.packet === undefined) this.#storedCount++;
      return;
    }
    if (reply.code === CAS_MISMATCH || reply.code === SEQ_LESS) this.#newerCount++;
    this.#errors.add(`${reply.code} ${reply.message}`.trimEnd());
  }

  outcome(): StoreOutcome {
    if (this.#newerCount * 2 > this.#responders.length) return { kind: "notMostRecent" };
    if (this.#storedCount > 0) return { kind: "stored", count: this.#storedCount };
    if (this.#newerCount > 0) return { kind: "notMostRecent" };
    return { kind: "failed", errors: [...this.#errors] };
  }
}
