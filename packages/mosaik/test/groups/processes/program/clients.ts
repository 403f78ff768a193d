import { setTimeout as delay } from "node:timers/promises";
import { GroupError, type Group } from "mosaik";
import type { GroupRecorder } from "mosaik/testing";
import type { HistoryWriter } from "./history.js";
import type { OrderState } from "./machine.js";

/** How long a client thinks between an answer and its next question, in ms. */
const THINKS_MS = 20;
/** Nothing takes so long, however often leaders change meanwhile: what does is stuck. */
const DEADLINE_MS = 20_000;
const BATCH_MAX = 4;

export type OrderGroup = Group<number, undefined, OrderState>;
/** What clients ask for. */
export type ClientGroup = Pick<OrderGroup, "executeMany" | "feedMany" | "query">;

type Request = "execute" | "feed" | "weak" | "strong";

/** The clients of one member: each asks one thing after the other, and writes down what it asked and what it was told. */
export class Clients {
  readonly #group: ClientGroup;
  readonly #recorder: GroupRecorder<number>;
  readonly #history: HistoryWriter;
  readonly #nextCommand: () => number;
  #turns: Promise<void>[] = [];
  #isWorking = false;
  #openCount = 0;
  #executedCount = 0;

  /** @param nextCommand gives commands that nobody else gives */
  constructor(group: ClientGroup, recorder: GroupRecorder<number>, history: HistoryWriter, nextCommand: () => number) {
    this.#group = group;
    this.#recorder = recorder;
    this.#history = history;
    this.#nextCommand = nextCommand;
  }

  /** What was asked and has not been answered. */
  get openCount(): number {
    return this.#openCount;
  }

  /** Commands executed since the beginning of the work. */
  get executedCount(): number {
    return this.#executedCount;
  }

  work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#executedCount = 0;
    this.#turns = [
      this.#inTurn(["execute"]),
      this.#inTurn(["execute", "execute", "strong"]),
      this.#inTurn(["feed", "weak", "feed", "strong"]),
    ];
  }

  /** Asks no more. Resolves when everything has been answered. */
  async rest(): Promise<void> {
    this.#isWorking = false;
    await Promise.all(this.#turns);
  }

  async #inTurn(requests: readonly Request[]): Promise<void> {
    for (let i = 0; this.#isWorking; i++) {
      const what = requests[i % requests.length]!;
      this.#openCount++;
      await (what === "execute" || what === "feed" ? this.#propose(what) : this.#query(what));
      this.#openCount--;
      await delay(THINKS_MS);
    }
  }

  async #propose(what: "execute" | "feed"): Promise<void> {
    const first = this.#nextCommand();
    const commands = [first, ...Array.from({ length: first % BATCH_MAX }, this.#nextCommand)];
    const proposal = this.#recorder.propose(commands);
    try {
      const { start } = await this.#group[`${what}Many`](commands, { timeoutMs: DEADLINE_MS });
      this.#recorder.settle(proposal, { outcome: what === "execute" ? "executed" : "fed", index: start });
      if (what === "execute") this.#executedCount += commands.length;
    } catch (error) {
      const code = this.#codeOf(error, what);
      const outcome = code === "notSent" || code === "superseded" ? code : "outcomeUnknown";
      this.#recorder.settle(proposal, { outcome });
    }
  }

  async #query(consistency: "weak" | "strong"): Promise<void> {
    try {
      const { result, position } = await this.#group.query(undefined, consistency, { timeoutMs: DEADLINE_MS });
      this.#recorder.note({ kind: "answered", consistency, position, result });
    } catch (error) {
      this.#history.write({ kind: "failedQuery", consistency, code: this.#codeOf(error, `${consistency} query`) });
    }
  }

  /** How something failed. What should not happen, whatever goes wrong around, is complained about. */
  #codeOf(error: unknown, what: string): GroupError["code"] {
    if (!(error instanceof GroupError)) throw error;
    const { code, message } = error;
    const isExpected = code === "notSent" || code === "outcomeUnknown" || code === "superseded" || code === "closed";
    if (!isExpected) this.#history.write({ kind: "complaint", text: `${what}: ${code}: ${message}` });
    return code;
  }
}
