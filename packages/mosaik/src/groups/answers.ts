import type { PeerId } from "../primitives/index.js";
import type { Applier } from "./applier.js";
import type { MachineHost } from "./apply.js";
import type { QueryOrigin, RaftInput } from "./raft/io.js";
import type { Requests } from "./requests.js";

/** Queries of other members that wait until the machine has applied what was committed when they came. */
export const WAITING_MAX = 1024;

export interface AnswersContext {
  readonly applier: Applier;
  readonly host: MachineHost;
  readonly requests: Requests;
  /** Takes an answer in. */
  readonly enter: (input: RaftInput) => void;
  /** A query of a member is passed over: there are too many. @param isFirst whether none of the member's was since the machine kept up */
  readonly onDropped: (peer: PeerId, isFirst: boolean) => void;
}

/** Answers the strong queries that came to this node, which leads: each sees everything that was committed when it came. */
export class Answers {
  readonly #context: AnswersContext;
  /** Whose queries were dropped since none waited. */
  readonly #dropped = new Set<PeerId>();

  constructor(context: AnswersContext) {
    this.#context = context;
  }

  answer(origin: QueryOrigin, query: Uint8Array): void {
    const { applier, host, requests, enter } = this.#context;
    if (applier.waitingCount === 0) this.#dropped.clear();
    if (origin.kind === "member" && applier.waitingCount >= WAITING_MAX) return this.#drop(origin.peer);
    applier.whenApplied(() => {
      const result = host.answer(query);
      if (result === undefined && origin.kind === "local") requests.unanswered(origin.id);
      else enter({ kind: "answered", origin, result, position: host.committed.index });
    });
  }

  #drop(peer: PeerId): void {
    const isFirst = !this.#dropped.has(peer);
    this.#dropped.add(peer);
    this.#context.onDropped(peer, isFirst);
  }
}
