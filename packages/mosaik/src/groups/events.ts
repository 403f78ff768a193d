import type { Lagged, PeerId } from "../primitives/index.js";
import type { Cursor, Index, IndexRange, Term } from "./positions.js";
import type { RaftRole } from "./raft/io.js";

/** What happens in a group, as this member sees it. */
export type GroupEvent =
  | { readonly kind: "bonded"; readonly peer: PeerId }
  | { readonly kind: "unbonded"; readonly peer: PeerId; readonly reason: string }
  /** A peer was refused, or refused us. */
  | { readonly kind: "refused"; readonly peer: PeerId; readonly code: number; readonly by: "us" | "peer" }
  | { readonly kind: "role"; readonly role: RaftRole; readonly term: Term }
  | { readonly kind: "leader"; readonly leader: PeerId | undefined }
  | { readonly kind: "online" }
  | { readonly kind: "offline" }
  /** There are too few other members for `consensus.guards`: until `quorumReached` nobody leads, or nothing is committed. */
  | { readonly kind: "waitingForQuorum" }
  | { readonly kind: "quorumReached" }
  /** This member was behind, and has the whole log up to here now. */
  | { readonly kind: "caughtUp"; readonly position: Cursor }
  /** Commands that were in this member's log, never committed here, gave way to those of another leader. */
  | { readonly kind: "reverted"; readonly range: IndexRange }
  /** What was committed here is not what the others have: the machine begins anew with theirs. */
  | { readonly kind: "diverged"; readonly at: Cursor; readonly peer: PeerId }
  /** This member led and committed these without knowing whether a majority had them; another leads now. */
  | { readonly kind: "possiblyReverted"; readonly range: IndexRange }
  /**
   * This member leads, and its machine is so far behind that strong queries of this peer go unanswered: `outcomeUnknown` for who asked.
   * Told once for each peer, until the machine has kept up again.
   */
  | { readonly kind: "queriesDropped"; readonly peer: PeerId }
  /** This member leads, and has kept commands of this peer out of the log, or its own: they would harm other members. */
  | { readonly kind: "commandsRefused"; readonly peer: PeerId; readonly count: number }
  | { readonly kind: "machineFailed"; readonly index: Index; readonly error: unknown }
  | { readonly kind: "closed" };

export type GroupEvents = AsyncIterableIterator<GroupEvent | Lagged>;
