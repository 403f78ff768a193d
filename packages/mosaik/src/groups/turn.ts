import type { Runtime } from "../runtime/index.js";
import type { Proposal, RaftInput } from "./raft/io.js";

/** Bytes of commands that go together: a turn's commands of more go in several messages. One proposal is never divided. */
const TOGETHER_BYTES_MAX = 1024 * 1024;
/** Commands that go together. */
const TOGETHER_MAX = 16_384;

/**
 * What the program asks a group for in one turn of the event loop, in order. Commands go together: a leader appends and broadcasts
 * once, a follower forwards once.
 */
export class Turn {
  readonly #runtime: Pick<Runtime, "soon">;
  readonly #flush: (inputs: RaftInput[]) => void;
  #inputs: RaftInput[] = [];
  /** The commands to which more may be added. */
  #together: Proposal[] | undefined;
  #togetherBytes = 0;
  #togetherCount = 0;

  /** @param flush given all of a turn when it is over */
  constructor(runtime: Pick<Runtime, "soon">, flush: (inputs: RaftInput[]) => void) {
    this.#runtime = runtime;
    this.#flush = flush;
  }

  propose(proposal: Proposal): void {
    let bytes = 0;
    for (const command of proposal.commands) bytes += command.length;
    const count = proposal.commands.length;
    if (this.#together === undefined || !this.#hasRoom(bytes, count)) {
      const proposals: Proposal[] = [];
      this.#add({ kind: "propose", proposals });
      this.#together = proposals;
      this.#togetherBytes = 0;
      this.#togetherCount = 0;
    }
    this.#together.push(proposal);
    this.#togetherBytes += bytes;
    this.#togetherCount += count;
  }

  query(id: number, query: Uint8Array): void {
    this.#together = undefined;
    this.#add({ kind: "query", id, query });
  }

  #hasRoom(bytes: number, count: number): boolean {
    return this.#togetherBytes + bytes <= TOGETHER_BYTES_MAX && this.#togetherCount + count <= TOGETHER_MAX;
  }

  #add(input: RaftInput): void {
    this.#inputs.push(input);
    if (this.#inputs.length > 1) return;
    this.#runtime.soon(() => {
      const inputs = this.#inputs;
      this.#inputs = [];
      this.#together = undefined;
      this.#flush(inputs);
    });
  }
}
