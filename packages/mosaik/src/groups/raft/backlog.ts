import type { PeerId } from "../../primitives/index.js";
import type { Proposal } from "./io.js";
import type { RequestId } from "./messages.js";

/** Commands that are appended in one step: more of them take several. */
export const APPENDED_AT_ONCE_MAX = 16_384;
/** Commands that may wait to be appended: what comes then has those before it appended at once. */
export const BACKLOG_MAX = 1024 * 1024;

/** Whose commands they are: this node's, or a member's that may want to hear their places. */
export type Proposer =
  | { readonly kind: "local"; readonly proposals: readonly Proposal[] }
  | { readonly kind: "member"; readonly peer: PeerId; readonly requestId: RequestId | undefined };

/** Commands that get places in a row. */
export interface Batch {
  readonly commands: readonly Uint8Array[];
  readonly proposer: Proposer;
  /** How many of them are in the log. */
  appendedCount: number;
}

/** What waits to be appended to a leader's log, in the order in which it came: very many commands would hold the event loop up. */
export class Backlog {
  #batches: Batch[] = [];
  #count = 0;

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Whether more waits than may. */
  get isOverfull(): boolean {
    return this.#count > BACKLOG_MAX;
  }

  add(commands: readonly Uint8Array[], proposer: Proposer): void {
    this.#batches.push({ commands, proposer, appendedCount: 0 });
    this.#count += commands.length;
  }

  /** The next commands to append. @returns of which batch they are; it is the caller's when all of it is taken */
  take(): { readonly batch: Batch; readonly commands: readonly Uint8Array[]; readonly isWhole: boolean } | undefined {
    const batch = this.#batches[0];
    if (batch === undefined) return undefined;
    const commands = batch.commands.slice(batch.appendedCount, batch.appendedCount + APPENDED_AT_ONCE_MAX);
    batch.appendedCount += commands.length;
    this.#count -= commands.length;
    const isWhole = batch.appendedCount === batch.commands.length;
    if (isWhole) this.#batches.shift();
    return { batch, commands, isWhole };
  }

  /** Nothing of it is appended any more. @returns what was left */
  clear(): readonly Batch[] {
    const batches = this.#batches;
    this.#batches = [];
    this.#count = 0;
    return batches;
  }
}
