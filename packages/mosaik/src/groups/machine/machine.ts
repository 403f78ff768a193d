import type { Codec } from "@mosaik/postcard";
import type { Digest, NetworkId } from "../../primitives/index.js";
import type { GroupId } from "../group-id.js";
import type { Cursor, Term } from "../positions.js";
import type { StateSync } from "../sync/sync.js";
import type { Admission } from "./admission.js";

/** What a machine may know when it applies commands: the same at every member. */
export interface ApplyContext {
  /** The last command before this batch. The k-th command of the batch, from 0, has the place `committed.index + 1 + k`. */
  readonly committed: Cursor;
  /** The term of the batch's commands. */
  readonly term: Term;
  readonly groupId: GroupId;
  readonly networkId: NetworkId;
}

/** How willing a member is to lead (spec 05 §6.9). */
export type LeadershipPreference =
  | { readonly kind: "normal" }
  /** It waits `factor` times as long before it stands for election. At least 1. */
  | { readonly kind: "reluctant"; readonly factor: number }
  /** It never leads, and does not count in elections. */
  | { readonly kind: "observer" };

/**
 * What a group replicates: the commands of its log, applied in order at every member (spec 05 §9). Deterministic: the same commands
 * give the same state everywhere. A machine that throws fails its group at this node, with `machineFailed`; the node goes on.
 */
export interface StateMachine<C = unknown, Q = unknown, R = unknown> {
  /** Names what the commands mean, and every parameter that they depend on: it enters the group's id. */
  readonly signature: Digest;
  /** What members put into the log. */
  readonly command: Codec<C>;
  /** What a member may ask. */
  readonly query: Codec<Q>;
  /** What a query is answered with. */
  readonly result: Codec<R>;
  /** How a member that is behind gets the state: `logReplaySync` unless there is something better. */
  readonly sync: StateSync;
  /** Default: normal. */
  readonly preference?: LeadershipPreference;
  /** Default: every command that decodes gets into the log. */
  readonly admission?: Admission;
  /** Applies committed commands, all of one term, in the order of the log. */
  apply(commands: readonly C[], context: ApplyContext): void;
  /** Answers from the present state, and changes nothing. */
  answer(query: Q): R;
  /** Back to the state before the first command. A member that diverged rebuilds itself if it can do this; else its group fails. */
  reset?(): void;
}
