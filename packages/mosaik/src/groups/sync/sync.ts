import type { Codec } from "@mosaik/postcard";
import type { Digest, NetworkId, PeerId } from "../../primitives/index.js";
import type { CancelTimer } from "../../runtime/index.js";
import type { GroupId } from "../group-id.js";
import type { StateMachine } from "../machine/machine.js";
import type { Cursor, Index } from "../positions.js";
import type { Fingerprint } from "../raft/messages.js";
import type { LogEntry, LogStorage } from "../storage/storage.js";

/** What a leader sent to a member that has not the log before it. */
export interface SyncGap {
  /** Where the leader's entries join on. */
  readonly prev: Cursor;
  readonly leaderCommit: Index;
  readonly entries: readonly LogEntry[];
  /** What this member had was shown to be another log than the leader's: others may have that log too, so only the leader is asked. */
  readonly isDisputed?: boolean;
}

/** What both sides of a catch-up reach for. Nothing here waits: what is sent is queued, and time comes with the calls. */
export interface SyncContext<M> {
  /** This member's machine. */
  readonly machine: StateMachine;
  readonly log: Pick<LogStorage, "available" | "get" | "slice" | "last" | "termAt">;
  /** The last command that is committed and applied here. */
  readonly committed: Cursor;
  /** The fingerprint of the log up to `index` (spec 08 §4); nothing if it is not known, as behind a snapshot from a member in Rust. */
  fingerprintAt(index: Index): Fingerprint | undefined;
  readonly localId: PeerId;
  readonly groupId: GroupId;
  readonly networkId: NetworkId;
  /** What a message may take on the wire, in bytes: a larger one is not sent. */
  readonly messageMaxBytes: number;
  /** The clock that never goes back, in ms. */
  nowMs(): number;
  /** Calls a task later, unless it is cancelled. */
  after(delayMs: number, task: () => void): CancelTimer;
  /** A number in [0, 1). */
  unit(): number;
  /** The members that we are bonded with, in ascending order. */
  bonds(): readonly PeerId[];
  /** @returns whether there is a bond with it */
  send(to: PeerId, message: M): boolean;
  /** Sends to every bonded member. */
  broadcast(message: M): void;
}

export interface ProviderContext<M> extends SyncContext<M> {
  readonly leader: PeerId | undefined;
  readonly isLeader: boolean;
  /** Puts a command into the log if this node leads. @returns whether it does */
  feed(command: Uint8Array): boolean;
}

/** What fetching brings about at this member. */
export interface PullContext<M> extends SyncContext<M> {
  /** Appends fetched entries behind the log's last one. */
  append(entries: readonly LogEntry[]): void;
  /** Takes entries behind `committed` away that others contradict: `at` and all after it. Told as `reverted`. */
  truncate(at: Index): void;
  /**
   * The machine and the log now stand at `cursor`, by a snapshot.
   *
   * @param fingerprint of the log up to there, as whoever gave the snapshot says: if the leader says another one, this member begins anew
   */
  installed(cursor: Cursor, fingerprint?: Fingerprint): void;
  /** What this node has committed is not what the others have. The session is closed; a machine that can be reset begins anew. */
  diverged(at: Cursor, peer: PeerId): void;
  /** There is nothing more to fetch: of a session, that the log ends where the leader's entries may follow. It is closed. */
  done(): void;
}

export interface SessionContext<M> extends PullContext<M> {
  readonly leader: PeerId;
}

/** Serves members that are behind: one for each group and node, as long as the group lasts. */
export interface SyncProvider<M> {
  /** @returns whether the message was for a provider; else the session gets it */
  receive(message: M, from: PeerId): boolean;
  /** Commands were committed and applied. */
  committed?(cursor: Cursor): void;
  /** Up to where the log may be pruned; nothing for "keep all". */
  safeToPrune?(): Index | undefined;
  close?(): void;
}

/** Fetches what others have more where nobody leads. It must call `done`, whatever the others do. */
export interface SyncPull<M> {
  /** A message that no provider took. */
  receive(message: M, from: PeerId): void;
  /** Members have come or gone. */
  bondsChanged?(): void;
  close(): void;
}

/** One catch-up of a member that is behind. */
export interface SyncSession<M> extends SyncPull<M> {
  /** The leader went on meanwhile; also its empty heartbeats. */
  leaderSent(gap: SyncGap): void;
  /** Another leads now, or the same one in a later term, with another log perhaps; the session goes on. `leaderSent` follows. */
  leaderChanged?(leader: PeerId): void;
}

/** A way to bring members up to date (spec 05 §7). Messages travel between members under the group's bonds. */
export interface StateSync<M = unknown> {
  /** Names the way and its parameters: it enters the group's id. */
  readonly signature: Digest;
  /** What both sides say to each other. */
  readonly message: Codec<M>;
  /** Makes the one who serves others: once for each group and node. */
  provider(context: ProviderContext<M>): SyncProvider<M>;
  /** Begins a catch-up of this member. */
  session(context: SessionContext<M>, gap: SyncGap): SyncSession<M>;
  /**
   * These denied this member the votes that it needs to lead: they may have a newer log. Without this a member that has less than an
   * observer does not lead.
   */
  pull?(context: PullContext<M>, from: readonly PeerId[]): SyncPull<M>;
}
