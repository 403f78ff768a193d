/**
 * Keeps commands out of the log that would harm members, of another implementation for instance. Asked by a member that leads; what other
 * leaders have let in is carried out all the same.
 */
export interface Admission {
  /** What stands in the log in place of a command that was refused: a command that does nothing. */
  readonly refusal: Uint8Array;
  /** Begins with the machine's state as it is at the call. */
  lookahead(): Lookahead;
}

/** Knows as much of the state behind the end of the log as it takes to judge the next command. Commands are as the codec wrote them. */
export interface Lookahead {
  /** Whether a command may be the next one of the log. */
  allows(command: Uint8Array): boolean;
  /** A command is the next one of the log, allowed or not. */
  follow(command: Uint8Array): void;
}
