import type { Applier } from "./applier.js";
import type { MachineHost } from "./apply.js";
import type { QueryOrigin, RaftInput } from "./raft/io.js";
import type { Requests } from "./requests.js";

/** Queries of other members that wait until the machine has applied what was committed when they came. */
const WAITING_MAX = 1024;

export interface AnswersContext {
  readonly applier: Applier;
  readonly host: MachineHost;
  readonly requests: Requests;
  /** Takes an answer in. */
  readonly enter: (input: RaftInput) => void;
}

/** Answers the strong queries that came to this node, which leads: each sees everything that was committed when it came. */
export class Answers {
  readonly #context: AnswersContext;

  constructor(context: AnswersContext) {
    this.#context = context;
  }

  answer(origin: QueryOrigin, query: Uint8Array): void {
    const { applier, host, requests, enter } = this.#context;
    if (origin.kind === "member" && applier.waitingCount >= WAITING_MAX) return;
    applier.whenApplied(() => {
      const result = host.answer(query);
      if (result === undefined && origin.kind === "local") requests.unanswered(origin.id);
      else enter({ kind: "answered", origin, result, position: host.committed.index });
    });
  }
}
