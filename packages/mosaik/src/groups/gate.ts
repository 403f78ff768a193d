import type { Admission, Lookahead } from "./machine/admission.js";
import type { Index } from "./positions.js";
import type { LogGate } from "./raft/gate.js";
import type { LogStorage } from "./storage/storage.js";

export interface GateOptions {
  readonly admission: Admission;
  readonly log: Pick<LogStorage, "get" | "last">;
  /** The last command that the machine has applied. */
  readonly applied: Index;
  /** The machine's admission threw: it is asked no more. */
  readonly onThrown: (error: unknown) => void;
}

/** Asks a machine what this member, as a leader, may put into the log, from the machine's state and what is in the log behind it. */
export class Gate implements LogGate {
  readonly #refusal: Uint8Array;
  readonly #onThrown: (error: unknown) => void;
  #lookahead: Lookahead | undefined;

  constructor({ admission, log, applied, onThrown }: GateOptions) {
    this.#refusal = admission.refusal;
    this.#onThrown = onThrown;
    const last = log.last().index;
    this.#guarded(() => {
      this.#lookahead = admission.lookahead();
      for (let index = applied + 1; index <= last; index++) this.#lookahead.follow(log.get(index)!.command);
    });
  }

  admit(commands: readonly Uint8Array[]): readonly Uint8Array[] {
    let admitted = commands;
    this.#guarded(() => {
      admitted = commands.map((command) => this.#admitOne(command));
    });
    return admitted;
  }

  #admitOne(command: Uint8Array): Uint8Array {
    if (this.#lookahead === undefined) return command;
    const admitted = this.#lookahead.allows(command) ? command : this.#refusal;
    this.#lookahead.follow(admitted);
    return admitted;
  }

  #guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#lookahead = undefined;
      this.#onThrown(error);
    }
  }
}
