import type { PairAccount } from "./pair.js";

/** How a process of the demo ended. */
export type Ending = "in order" | "killed" | "failed" | "never joined";

/** One process of the demo. Times are in ms after everybody was up; negative ones are before that. */
export interface NodeSummary {
  readonly name: string;
  readonly role: "bootstrap" | "sensor" | "viewer";
  readonly language: "TypeScript" | "Rust";
  /** Its peer id in hexadecimal; absent if it never joined. */
  readonly peer: string | undefined;
  readonly pid: number | undefined;
  readonly joinedMs: number | undefined;
  readonly endedMs: number;
  readonly ending: Ending;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it wrote to stderr; empty if all was well. */
  readonly stderr: string;
}

/** What a viewer found. Times are in ms after it began to join; Rust viewers do not tell them. */
export interface ViewerSummary {
  readonly viewer: string;
  /** The nodes that it discovered, by name. */
  readonly discovered: readonly string[];
  /** How many nodes there were to discover. */
  readonly others: number;
  readonly firstItemMs: number | undefined;
  readonly firstItemFrom: string | undefined;
}

/** The whole outcome; `--json` writes exactly this. */
export interface Summary {
  readonly seed: number;
  readonly seconds: number;
  readonly rateHz: number;
  /** When the sensors were told to end, in ms after everybody was up. */
  readonly playedMs: number;
  readonly isInterrupted: boolean;
  readonly nodes: readonly NodeSummary[];
  readonly viewers: readonly ViewerSummary[];
  readonly pairs: readonly PairAccount[];
  /** What should not have been; empty if all is well. */
  readonly violations: readonly string[];
}
