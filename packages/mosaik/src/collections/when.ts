import type { Group, GroupCondition, WaitOptions } from "../groups/index.js";
import { Condition } from "../primitives/index.js";
import type { Version } from "./changes.js";
import { asCollectionError } from "./errors.js";

/** A condition of a collection: `await` gives its value. It rejects with `closed` or `failed` when the collection ends first. */
export class CollectionCondition<T = void> extends Condition<T> {
  readonly #condition: GroupCondition<T>;

  constructor(condition: GroupCondition<T>) {
    super(condition.source, () => condition.isMet);
    this.#condition = condition;
  }

  override unmet(): CollectionCondition {
    return new CollectionCondition(this.#condition.unmet());
  }

  /** @throws CollectionError `timeout`, `closed`, `failed`, `invalidOption`; the signal's reason */
  override async toPromise(options: WaitOptions = {}): Promise<T> {
    try {
      return await this.#condition.toPromise(options);
    } catch (error) {
      throw asCollectionError(error);
    }
  }
}

/** The conditions of a collection (spec 06 §9.1). */
export class CollectionWhen {
  constructor(private readonly group: Pick<Group, "when" | "committed">) {}

  /** This node has all that the leader has, or leads. */
  online(): CollectionCondition {
    return new CollectionCondition(this.group.when().online());
  }

  /** It is not online: it has not joined yet, or catches up, or there is no leader. */
  offline(): CollectionCondition {
    return new CollectionCondition(this.group.when().offline());
  }

  /** Something is committed after this moment, even if it changes nothing. */
  updated(): CollectionCondition<Version> {
    return this.reaches(this.group.committed + 1);
  }

  /** All commands up to a version are carried out here. */
  reaches(version: Version): CollectionCondition<Version> {
    return new CollectionCondition(this.group.when().committed().reaches(version));
  }

  /** Whatever the program can read from the collection: `await reader.when().satisfies(() => reader.size >= 3)`. */
  satisfies(test: () => boolean): CollectionCondition {
    return new CollectionCondition(this.group.when().satisfies(test));
  }
}
