/** Something that a contender needs before it can run, such as a program that must be built first. */
export interface Requirement {
  /** Gets it where it is missing, with progress. May use the network. Failing, it leaves the obstacle in place. */
  prepare(): Promise<void>;
  /** Why it cannot be had here, in one sentence; nothing if it is there. */
  obstacle(): string | undefined;
}

/** A contender whose processes run and wait. */
export interface Session {
  /** Brings it up to its speed. */
  warmUp(): Promise<void>;
  /** Measures once. @returns a figure in the unit of the benchmark */
  measure(): Promise<number>;
  /** What only the run tells, such as how many items were lost. */
  remarks?(): string | undefined;
  /** Ends the processes. */
  close(): Promise<void>;
}

/** One side of a comparison. */
export interface Contender {
  /** What it is, with its version. */
  readonly name: string;
  /** What a reader of the figure must know: build profile, encryption, topology. */
  readonly setup: string;
  readonly requires: readonly Requirement[];
  /** What our figure divided by this one's shall come to: at least, or at most where lower is better. */
  readonly reachRatio?: number;
  open(): Promise<Session>;
}

/** A comparison by a fixed name (DESIGN §8). */
export interface Benchmark {
  readonly name: string;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** The figure to reach, in the unit; for one that shall be reached relative to a rival, its name and the ratio. */
  readonly reach?: number;
  /**
   * Whether every contender begins each round with processes of its own. Where the scheduler puts the threads of a process moves a round
   * trip by a fifth, and stays so as long as the process lives.
   */
  readonly beginsAnew?: boolean;
  readonly ours: Contender;
  /** Empty for a base that others are compared with. */
  readonly rivals: readonly Contender[];
}
