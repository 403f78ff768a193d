import type { Index, IndexRange } from "../../groups/index.js";

/** How a history names a command: unlike every other command of the history. */
export type CommandName = string | number;

/** What became of commands, in the words of `GroupError` where there is one. */
export type CommandOutcome =
  /** `execute` resolved: committed, and applied by this member. */
  | { readonly outcome: "executed"; readonly index: Index }
  /** `feed` resolved: the commands have places in the leader's log. */
  | { readonly outcome: "fed"; readonly index: Index }
  | { readonly outcome: "notSent" | "superseded" | "outcomeUnknown" };

/**
 * Something that a member of a group did or said: plain data that survives JSON, so that each process can write its own lines. The
 * records of one member stand in the order in which they happened; those of several may follow each other in any order.
 */
export type GroupRecord = { readonly member: string } & UnnamedRecord;

/** What a member did or said, without its name. */
export type UnnamedRecord =
  | /** The process begins, with an empty machine. One that had begun before has crashed. */
    { readonly kind: "joined" }
  | { readonly kind: "ended"; readonly how: "left" | "crashed" | "failed" }
  /** The machine has applied commands: the first at `index`, the others behind it. */
  | { readonly kind: "applied"; readonly index: Index; readonly commands: readonly CommandName[] }
  /** The machine is empty again. The member says why: `diverged`, before or after. */
  | { readonly kind: "reset" }
  | { readonly kind: "diverged"; readonly index: Index }
  | { readonly kind: "reverted" | "possiblyReverted"; readonly range: IndexRange }
  /** Commands are about to be given to the member, in places that follow each other. `proposal` is unlike the member's others. */
  | { readonly kind: "proposed"; readonly proposal: number; readonly commands: readonly CommandName[] }
  | ({ readonly kind: "settled"; readonly proposal: number } & CommandOutcome)
  /** An answer to a query: `result` as JSON has it. */
  | {
      readonly kind: "answered";
      readonly consistency: "weak" | "strong";
      readonly position: Index;
      readonly result: unknown;
    };
