/** What a leader passes commands through before it puts them at the end of its log. */
export interface LogGate {
  /** @returns what to put into the log: as many, each the same or another in its place */
  admit(commands: readonly Uint8Array[]): readonly Uint8Array[];
}
