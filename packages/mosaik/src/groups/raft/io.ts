import type { PeerId } from "../../primitives/index.js";
import type { Cursor, Index, IndexRange, Term } from "../positions.js";
import type { LogEntry } from "../storage/storage.js";
import type { SyncGap } from "../sync/sync.js";
import type { RaftMessage, RequestId } from "./messages.js";

/** What a member is at this moment. */
export type RaftRole = "follower" | "candidate" | "leader";

/** Commands that were given together: they get places in a row. */
export interface Proposal {
  readonly id: number;
  readonly commands: readonly Uint8Array[];
}

/** Who asked a query: a member, or this node. */
export type QueryOrigin =
  | { readonly kind: "member"; readonly peer: PeerId; readonly requestId: RequestId }
  | { readonly kind: "local"; readonly id: number };

/** What may have become of commands or of a query that failed: nothing was sent, or nobody knows. */
export type FailedOutcome = "notSent" | "unknown";

/** What a core is told. */
export type RaftInput =
  | { readonly kind: "bonded"; readonly peer: PeerId }
  | { readonly kind: "unbonded"; readonly peer: PeerId }
  | { readonly kind: "message"; readonly from: PeerId; readonly message: RaftMessage }
  /** `deadlineMs` has come. */
  | { readonly kind: "tick" }
  /** All commands of one turn of the event loop, in order. */
  | { readonly kind: "propose"; readonly proposals: readonly Proposal[] }
  /** A strong query. Weak ones are the caller's own affair. */
  | { readonly kind: "query"; readonly id: number; readonly query: Uint8Array }
  /** The machine's answer to `answerQuery`; nothing if it cannot be encoded. */
  | {
      readonly kind: "answered";
      readonly origin: QueryOrigin;
      readonly result: Uint8Array | undefined;
      readonly position: Index;
    }
  /** The session of the state sync is done: the log ends where the leader's entries may follow. */
  | { readonly kind: "synced" }
  /** What the members of `pull` have was fetched, or there was nothing, or they do not answer. */
  | { readonly kind: "pulled" }
  /** The session has put log and machine to a place by a snapshot. */
  | { readonly kind: "installed"; readonly cursor: Cursor }
  /** The log and the machine begin anew: everything is forgotten but the term and the vote. */
  | { readonly kind: "rebuilt" }
  /** Whether there is a bond with every peer of the catalog that advertises the group. */
  | { readonly kind: "mesh"; readonly isComplete: boolean }
  /** The node leaves: a leader hands over by falling silent with a last heartbeat that tells its commit. */
  | { readonly kind: "leave" };

/** What a core wants done, in this order, before it is told anything else. */
export type RaftOutput =
  | { readonly kind: "send"; readonly to: PeerId; readonly message: RaftMessage }
  | { readonly kind: "broadcast"; readonly message: RaftMessage }
  | { readonly kind: "role"; readonly role: RaftRole; readonly term: Term }
  | { readonly kind: "leader"; readonly leader: PeerId | undefined }
  | { readonly kind: "online"; readonly isOnline: boolean }
  /** Whether there are too few other members for the guards: until there are more nobody leads, or nothing is committed. */
  | { readonly kind: "quorum"; readonly isWaiting: boolean }
  | { readonly kind: "logPosition"; readonly position: Cursor }
  /** Everything up to `upTo` is committed: to be applied. */
  | { readonly kind: "commit"; readonly upTo: Index }
  | {
      readonly kind: "assigned";
      readonly proposal: number;
      readonly range: IndexRange;
      readonly term: Term | undefined;
    }
  | { readonly kind: "rejected"; readonly proposal: number; readonly outcome: FailedOutcome }
  /** So many commands, of a member or of this node, were kept out of the log: others stand in their places. */
  | { readonly kind: "refused"; readonly from: PeerId; readonly count: number }
  | { readonly kind: "answerQuery"; readonly origin: QueryOrigin; readonly query: Uint8Array }
  | { readonly kind: "queryResult"; readonly id: number; readonly result: Uint8Array; readonly position: Index }
  | { readonly kind: "queryFailed"; readonly id: number; readonly outcome: FailedOutcome }
  | { readonly kind: "beginSync"; readonly leader: PeerId; readonly gap: SyncGap }
  | { readonly kind: "leaderSent"; readonly gap: SyncGap }
  /** Behind `beginSync`: another leads now, or the same one in a later term. */
  | { readonly kind: "syncLeader"; readonly leader: PeerId }
  /** Those may have a newer log than this member, and there is no leader: what they have is to be fetched, then `pulled`. */
  | { readonly kind: "pull"; readonly from: readonly PeerId[] }
  /** Ends a catch-up or a pull. */
  | { readonly kind: "endSync" }
  /** Entries were taken off the end of the log. They were never committed here. */
  | { readonly kind: "reverted"; readonly from: Index; readonly entries: readonly LogEntry[] }
  /** The leader's log is another than ours where ours is committed: log and machine are to begin anew, then `rebuilt`. */
  | { readonly kind: "diverged"; readonly at: Cursor; readonly peer: PeerId }
  /** This node led and leads no more: what it committed alone may be contradicted by the next leader. */
  | { readonly kind: "possiblyReverted"; readonly range: IndexRange };
