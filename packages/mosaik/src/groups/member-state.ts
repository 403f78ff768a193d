import { publishing, type LocalNode } from "../network/index.js";
import { ChangeSource, EventHub, type PeerId } from "../primitives/index.js";
import type { GroupError } from "./errors.js";
import type { GroupEvent } from "./events.js";
import type { GroupId } from "./group-id.js";
import { GroupMetrics } from "./metrics.js";
import type { Cursor, Index, Term } from "./positions.js";
import type { CommitteeView } from "./raft/core.js";
import type { RaftRole } from "./raft/io.js";
import type { GroupState } from "./when.js";

/** How a member and its group stand, as the program sees it: readable, as events, as conditions, and counted. */
export class MemberState implements GroupState {
  readonly localId: PeerId;
  readonly events: EventHub<GroupEvent>;
  /** Word of changes, once for all of one input. */
  readonly changes: ChangeSource;
  readonly #metrics: GroupMetrics;
  #role: RaftRole = "follower";
  #term: Term = 0;
  #leader: PeerId | undefined;
  #isOnline = false;
  #isWaitingForQuorum = false;
  #logPosition: Cursor;
  #committed: Index = 0;
  #isChanged = false;

  constructor(node: LocalNode, groupId: GroupId, logPosition: Cursor) {
    this.localId = node.id;
    this.changes = new ChangeSource((error, where) => node.runtime.report(error, where));
    this.events = new EventHub(undefined, publishing(node, "group", { groupId }));
    this.#metrics = new GroupMetrics(node.metrics, groupId);
    this.#logPosition = logPosition;
  }

  get role(): RaftRole {
    return this.#role;
  }

  get term(): Term {
    return this.#term;
  }

  get leader(): PeerId | undefined {
    return this.#leader;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  get isWaitingForQuorum(): boolean {
    return this.#isWaitingForQuorum;
  }

  get logPosition(): Cursor {
    return this.#logPosition;
  }

  get committed(): Index {
    return this.#committed;
  }

  roleIs(role: RaftRole, term: Term): void {
    this.#role = role;
    this.#term = term;
    this.#metrics.role(role);
    this.tell({ kind: "role", role, term });
  }

  leaderIs(leader: PeerId | undefined): void {
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#metrics.leaderChanged();
    this.tell({ kind: "leader", leader });
  }

  onlineIs(isOnline: boolean): void {
    if (isOnline === this.#isOnline) return;
    this.#isOnline = isOnline;
    this.tell({ kind: isOnline ? "online" : "offline" });
  }

  quorumIs(isWaiting: boolean): void {
    this.#isWaitingForQuorum = isWaiting;
    this.#metrics.waitsForQuorum(isWaiting);
    this.tell({ kind: isWaiting ? "waitingForQuorum" : "quorumReached" });
  }

  logEndsAt(position: Cursor): void {
    this.#logPosition = position;
    this.#isChanged = true;
  }

  committedIs(index: Index): void {
    this.#committed = index;
    this.#metrics.committed(index);
    this.#isChanged = true;
  }

  /** Commands that were in the log gave way to others. */
  reverted(from: Index, count: number): void {
    if (count === 0) return;
    this.#metrics.reverted(count);
    this.tell({ kind: "reverted", range: { start: from, end: from + count - 1 } });
  }

  diverged(at: Cursor, peer: PeerId): void {
    this.#metrics.diverged();
    this.tell({ kind: "diverged", at, peer });
  }

  /** Commands were kept out of the log. */
  commandsRefused(peer: PeerId, count: number): void {
    this.#metrics.commandsRefused(count);
    this.tell({ kind: "commandsRefused", peer, count });
  }

  /** A query of a member goes unanswered. @param isFirst whether it is to be told, not only counted */
  queryDropped(peer: PeerId, isFirst: boolean): void {
    this.#metrics.queryDropped();
    if (isFirst) this.tell({ kind: "queriesDropped", peer });
  }

  tell(event: GroupEvent): void {
    this.#isChanged = true;
    this.events.emit(event);
  }

  /** Tells the conditions, if there is something new. */
  announce({ voters, nonVoters }: CommitteeView): void {
    // The committee changes with every acknowledgement, which is nothing that anybody waits for.
    this.#metrics.committee(voters.size, nonVoters.size);
    if (!this.#isChanged) return;
    this.#isChanged = false;
    this.changes.changed();
  }

  end(reason: GroupError): void {
    this.onlineIs(false);
    this.#metrics.close();
    this.tell({ kind: "closed" });
    this.events.close();
    this.changes.end(reason);
  }
}
