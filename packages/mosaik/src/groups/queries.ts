import type { Runtime } from "../runtime/index.js";
import { GroupError, type GroupErrorCode } from "./errors.js";
import type { Index } from "./positions.js";
import type { FailedOutcome } from "./raft/io.js";
import { limitWait, untilLimit, type WaitOptions } from "./wait.js";

/** The answer to a strong query, as it came. */
export interface EncodedAnswer {
  readonly result: Uint8Array;
  readonly position: Index;
}

interface Waiter {
  readonly query: unknown;
  readonly resolve: (answer: EncodedAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** The strong queries of this node whose issuers wait. */
export class Queries {
  readonly #runtime: Pick<Runtime, "after">;
  readonly #waiting = new Map<number, Waiter>();
  #nextId = 1;

  constructor(runtime: Pick<Runtime, "after">) {
    this.#runtime = runtime;
  }

  /** @throws GroupError `invalidOption` */
  add(query: unknown, options: WaitOptions): { id: number; answer: Promise<EncodedAnswer> } {
    const limit = limitWait(this.#runtime, options, "a query", () => ({ query }));
    const id = this.#nextId++;
    const answer = new Promise<EncodedAnswer>((resolve, reject) => this.#waiting.set(id, { query, resolve, reject }));
    if (limit === undefined) return { id, answer };
    return { id, answer: untilLimit(answer, limit, (reason) => this.#take(id)?.reject(reason)) };
  }

  /** Whether somebody still waits for it. */
  has(id: number): boolean {
    return this.#waiting.has(id);
  }

  answered(id: number, answer: EncodedAnswer): void {
    this.#take(id)?.resolve(answer);
  }

  failed(id: number, outcome: FailedOutcome): void {
    if (outcome === "notSent") this.#reject(id, "notSent", "there is no leader to ask");
    else this.#reject(id, "outcomeUnknown", "the leader did not answer the query");
  }

  unanswered(id: number): void {
    this.#reject(id, "queryFailed", "the machine threw at the query, or its answer cannot be encoded");
  }

  /** Nobody is told anything but this any more. */
  failAll({ code, message, cause }: GroupError): void {
    for (const id of [...this.#waiting.keys()]) this.#reject(id, code, message, cause);
  }

  #reject(id: number, code: GroupErrorCode, message: string, cause?: unknown): void {
    const waiter = this.#take(id);
    waiter?.reject(new GroupError(code, message, { query: waiter.query, cause }));
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiter;
  }
}
