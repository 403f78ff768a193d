import type { IndexRange } from "../../../src/groups/positions.js";
import type { LogStorage } from "../../../src/groups/storage/storage.js";
import type { GroupRecorder } from "../../../src/testing/index.js";

/** Nobody has them, somebody may have them, or others are in their places. */
type FailedState = "notSent" | "unknown" | "superseded";

/** What became of commands that were given to a member. */
export interface ProposalState {
  readonly commands: readonly number[];
  readonly encoded: readonly Uint8Array[];
  state: "open" | "assigned" | "executed" | FailedState;
  range: IndexRange | undefined;
}

/** What a member was asked to execute, and what it has answered. */
export class MemberCommands {
  readonly all = new Map<number, ProposalState>();
  /** Those that have places, and are not known to be committed there. */
  readonly #assigned = new Map<number, ProposalState>();
  readonly #recorder: GroupRecorder<number>;
  readonly #log: Pick<LogStorage, "get">;
  /** How members of mosaik 0.4.2 tell: whatever is committed in the places is taken for the commands (spec 05 §13.2 S8). */
  readonly #looksAtPlacesOnly: boolean;

  constructor(recorder: GroupRecorder<number>, log: Pick<LogStorage, "get">, looksAtPlacesOnly: boolean) {
    this.#recorder = recorder;
    this.#log = log;
    this.#looksAtPlacesOnly = looksAtPlacesOnly;
  }

  /** @returns the number of the proposal */
  add(commands: readonly number[], encoded: readonly Uint8Array[]): number {
    const id = this.#recorder.propose(commands);
    this.all.set(id, { commands, encoded, state: "open", range: undefined });
    return id;
  }

  assigned(id: number, range: IndexRange): void {
    const proposal = this.all.get(id)!;
    proposal.state = "assigned";
    proposal.range = range;
    this.#assigned.set(id, proposal);
  }

  rejected(id: number, state: FailedState): void {
    this.all.get(id)!.state = state;
    this.#assigned.delete(id);
    this.#recorder.settle(id, { outcome: state === "unknown" ? "outcomeUnknown" : state });
  }

  /** Everything up to a place is committed and applied. */
  committed(index: number): void {
    for (const [id, proposal] of this.#assigned) {
      if (proposal.range!.end > index) continue;
      if (this.#looksAtPlacesOnly || this.#isThere(proposal)) this.#executed(id, proposal);
      else this.rejected(id, "superseded");
    }
  }

  /** The member begins anew. */
  reset(): void {
    for (const id of this.#assigned.keys()) this.rejected(id, "unknown");
  }

  #executed(id: number, proposal: ProposalState): void {
    proposal.state = "executed";
    this.#assigned.delete(id);
    this.#recorder.settle(id, { outcome: "executed", index: proposal.range!.start });
  }

  #isThere({ encoded, range }: ProposalState): boolean {
    return encoded.every((command, i) => {
      const entry = this.#log.get(range!.start + i);
      return entry !== undefined && command.every((byte, at) => entry.command[at] === byte);
    });
  }
}
