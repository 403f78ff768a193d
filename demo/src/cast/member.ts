import type { Ending, NodeSummary } from "../account/summary.js";
import type { NodeAddress } from "../node/messages.js";

/** How a process ended. */
export interface Ended {
  readonly ending: Ending;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** By the monotonic clock. */
  readonly atMs: number;
}

/** A node of the demo in a process of its own, as its parent sees it. */
export interface Member {
  readonly name: string;
  readonly role: NodeSummary["role"];
  readonly language: NodeSummary["language"];
  readonly pid: number | undefined;
  /** Where it is; resolves when it has joined. @throws StartError when it ends before that */
  readonly joined: Promise<NodeAddress>;
  /** As `joined`, if that has happened. */
  readonly address: NodeAddress | undefined;
  /** When it had joined, by the monotonic clock. */
  readonly joinedAtMs: number | undefined;
  /** The peers that it has discovered, in hexadecimal. */
  readonly discovered: ReadonlySet<string>;
  readonly firstItem: { readonly sensor: string; readonly afterMs: number } | undefined;
  readonly ended: Promise<Ended>;
  /** As `ended`, if that has happened. */
  readonly end: Ended | undefined;
  readonly stderr: string;
  /** SIGKILL: it gets no chance to say anything. */
  kill(): void;
  /** Makes a sensor stop sending; resolves when what it sent has left it, or it has ended. */
  drain(): Promise<unknown>;
  /** Ends it in order, and by force if that takes too long. */
  stop(): Promise<Ended>;
}

/** A process did not come up. */
export class StartError extends Error {
  override readonly name = "StartError";

  constructor(member: string, what: string, stderr: string) {
    super(`${member} did not come up: ${what}${stderr === "" ? "" : `; its stderr:\n${stderr.trim()}`}`);
  }
}
