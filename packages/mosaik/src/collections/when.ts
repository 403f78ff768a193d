import type { Group, GroupCondition } from "../groups/index.js";
import type { Version } from "./changes.js";

/** The conditions of a collection (spec 06 §9.1). Each rejects with `closed` once the collection is. */
export class CollectionWhen {
  constructor(private readonly group: Pick<Group, "when" | "committed">) {}

  /** This node has all that the leader has, or leads. */
  online(): GroupCondition {
    return this.group.when().online();
  }

  /** It is not online: it has not joined yet, or catches up, or there is no leader. */
  offline(): GroupCondition {
    return this.group.when().offline();
  }

  /** Something is committed after this moment, even if it changes nothing. */
  updated(): GroupCondition<Version> {
    return this.reaches(this.group.committed + 1);
  }

  /** All commands up to a version are carried out here. */
  reaches(version: Version): GroupCondition<Version> {
    return this.group.when().committed().reaches(version);
  }
}
