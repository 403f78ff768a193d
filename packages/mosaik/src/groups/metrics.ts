import type { Metrics } from "../metrics/index.js";
import type { GroupId } from "./group-id.js";
import type { Index } from "./positions.js";
import type { RaftRole } from "./raft/io.js";

/** What a member counts of its group (spec 05 §14). */
export class GroupMetrics {
  readonly #committed;
  readonly #voters;
  readonly #nonVoters;
  readonly #size;
  readonly #elections;
  readonly #leaderChanges;
  readonly #reverted;
  readonly #diverged;
  readonly #waiting;
  readonly #queriesDropped;
  readonly #commandsRefused;

  constructor(metrics: Metrics, groupId: GroupId) {
    const labels = { group: groupId.short() };
    this.#committed = metrics.gauge("mosaik.groups.raft.committed", labels);
    this.#voters = metrics.gauge("mosaik.groups.raft.committee.voters", labels);
    this.#nonVoters = metrics.gauge("mosaik.groups.raft.committee.non_voters", labels);
    this.#size = metrics.gauge("mosaik.groups.raft.committee.size", labels);
    this.#elections = metrics.counter("mosaik.groups.raft.elections", labels);
    this.#leaderChanges = metrics.counter("mosaik.groups.raft.leader.changes", labels);
    this.#reverted = metrics.counter("mosaik.groups.raft.reverted", labels);
    this.#diverged = metrics.counter("mosaik.groups.raft.diverged", labels);
    this.#waiting = metrics.gauge("mosaik.groups.raft.waiting_for_quorum", labels);
    this.#queriesDropped = metrics.counter("mosaik.groups.queries.dropped", labels);
    this.#commandsRefused = metrics.counter("mosaik.groups.commands.refused", labels);
  }

  committed(index: Index): void {
    this.#committed.set(index);
  }

  committee(voters: number, nonVoters: number): void {
    this.#voters.set(voters);
    this.#nonVoters.set(nonVoters);
    this.#size.set(voters + nonVoters);
  }

  role(role: RaftRole): void {
    if (role === "candidate") this.#elections.add();
  }

  leaderChanged(): void {
    this.#leaderChanges.add();
  }

  /** Commands that were in this member's log gave way to others. */
  reverted(count: number): void {
    this.#reverted.add(count);
  }

  diverged(): void {
    this.#diverged.add();
  }

  /** A query of a member goes unanswered. */
  queryDropped(): void {
    this.#queriesDropped.add();
  }

  /** Commands were kept out of the log that this member leads. */
  commandsRefused(count: number): void {
    this.#commandsRefused.add(count);
  }

  /** Whether there are too few other members for the guards. */
  waitsForQuorum(isWaiting: boolean): void {
    this.#waiting.set(isWaiting ? 1 : 0);
  }

  /** The group is this node's no more. */
  close(): void {
    this.waitsForQuorum(false);
    this.committed(0);
    this.committee(0, 0);
  }
}
