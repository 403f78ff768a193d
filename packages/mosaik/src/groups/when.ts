import { Condition, PeerId, type ConditionSource, type PeerIdLike } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import { compareCursors, type Cursor, type Index, type IndexRange } from "./positions.js";
import { limitWait, type WaitOptions } from "./wait.js";

/** What the conditions of a group look at. */
export interface GroupState {
  readonly localId: PeerId;
  /** The leader that this member follows, itself included. */
  readonly leader: PeerId | undefined;
  readonly isOnline: boolean;
  /** Whether there are too few other members for the guards. */
  readonly isWaitingForQuorum: boolean;
  readonly logPosition: Cursor;
  readonly committed: Index;
}

/** What conditions are made from: the state, word of its changes, and timers. */
export interface GroupWatch {
  readonly state: GroupState;
  readonly changes: ConditionSource;
  readonly runtime: Pick<Runtime, "after">;
}

/** A condition of a group: `await` gives its value. It rejects with `closed` or `machineFailed` when the group ends first. */
export class GroupCondition<T = void> extends Condition<T> {
  readonly #watch: GroupWatch;
  readonly #test: () => boolean;

  constructor(watch: GroupWatch, test: () => boolean, value?: () => T) {
    super(watch.changes, test, value);
    this.#watch = watch;
    this.#test = test;
  }

  override unmet(): GroupCondition {
    return new GroupCondition(this.#watch, () => !this.#test());
  }

  /** @throws GroupError `timeout`, `closed`, `machineFailed`; the signal's reason */
  override toPromise(options: WaitOptions = {}): Promise<T> {
    const limit = limitWait(this.#watch.runtime, options, "the condition of a group");
    const met = super.toPromise({ signal: limit?.signal });
    return limit === undefined ? met : met.finally(limit.release);
  }
}

/** The conditions of a group (spec 05 §10.6). */
export class GroupWhen {
  readonly #watch: GroupWatch;

  constructor(watch: GroupWatch) {
    this.#watch = watch;
  }

  /** There is a leader. */
  leaderElected(): GroupCondition<PeerId> {
    return this.#leader((leader) => leader !== undefined);
  }

  /** There is another leader than at this moment. None is no other, and the same one again neither. */
  leaderChanged(): GroupCondition<PeerId> {
    const { leader: before } = this.#watch.state;
    return this.#leader((leader) => leader !== undefined && leader !== before);
  }

  /** That peer leads. */
  leaderIs(peer: PeerIdLike): GroupCondition<PeerId> {
    const wanted = PeerId.from(peer);
    return this.#leader((leader) => leader === wanted);
  }

  /** This node leads. */
  isLeader(): GroupCondition {
    const { state } = this.#watch;
    return new GroupCondition(this.#watch, () => state.leader === state.localId);
  }

  /** This node does not lead; nobody else need do so either. */
  isFollower(): GroupCondition {
    return this.isLeader().unmet();
  }

  /** This node leads, or has the whole log of the leader that it follows. */
  online(): GroupCondition {
    return new GroupCondition(this.#watch, () => this.#watch.state.isOnline);
  }

  /** The opposite of `online`. */
  offline(): GroupCondition {
    return this.online().unmet();
  }

  /** There are too few other members for the guards (`consensus.guards`): nobody leads, or nothing is committed. */
  waitingForQuorum(): GroupCondition {
    return new GroupCondition(this.#watch, () => this.#watch.state.isWaitingForQuorum);
  }

  /** The end of this member's log, committed or not. */
  log(): PositionWhen<Cursor> {
    const { state } = this.#watch;
    return new PositionWhen(
      this.#watch,
      () => state.logPosition,
      compareCursors,
      ({ index }) => index,
    );
  }

  /** The last command that was committed, and applied to this member's machine. */
  committed(): PositionWhen<Index> {
    const { state } = this.#watch;
    return new PositionWhen(
      this.#watch,
      () => state.committed,
      (a, b) => a - b,
      (index) => index,
    );
  }

  /** Whatever the program can see: it is looked at after each change of the group, and after commands were applied. */
  satisfies(test: () => boolean): GroupCondition {
    return new GroupCondition(this.#watch, test);
  }

  #leader(test: (leader: PeerId | undefined) => boolean): GroupCondition<PeerId> {
    const { state } = this.#watch;
    return new GroupCondition(
      this.#watch,
      () => test(state.leader),
      () => state.leader!,
    );
  }
}

/** The conditions of a place in the log that moves. Each gives the place. */
export class PositionWhen<P> {
  readonly #watch: GroupWatch;
  readonly #now: () => P;
  readonly #compare: (a: P, b: P) => number;
  readonly #indexOf: (position: P) => Index;
  readonly #first: P;

  constructor(watch: GroupWatch, now: () => P, compare: (a: P, b: P) => number, indexOf: (position: P) => Index) {
    this.#watch = watch;
    this.#now = now;
    this.#compare = compare;
    this.#indexOf = indexOf;
    this.#first = now();
  }

  /** It is not what it was when `log()` or `committed()` was called. */
  changed(): GroupCondition<P> {
    return this.#condition((now) => this.#compare(now, this.#first) !== 0);
  }

  /** It is behind where it is at this moment. */
  advanced(): GroupCondition<P> {
    const before = this.#now();
    return this.#condition((now) => this.#compare(now, before) > 0);
  }

  /** It is before where it is at this moment. */
  reverted(): GroupCondition<P> {
    const before = this.#now();
    return this.#condition((now) => this.#compare(now, before) < 0);
  }

  /** It is at an index, or at the end of a range, or behind that. */
  reaches(target: Index | IndexRange): GroupCondition<P> {
    const index = typeof target === "number" ? target : target.end;
    return this.#condition((now) => this.#indexOf(now) >= index);
  }

  #condition(test: (now: P) => boolean): GroupCondition<P> {
    return new GroupCondition(this.#watch, () => test(this.#now()), this.#now);
  }
}
