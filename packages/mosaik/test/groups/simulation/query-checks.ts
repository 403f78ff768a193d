import type { Index } from "../../../src/groups/positions.js";
import type { RequestId } from "../../../src/groups/raft/messages.js";
import type { Lineage } from "./lineages.js";
import type { Member } from "./member.js";

/** A place of a log, and the hash of everything up to there. */
interface Confirmed {
  readonly index: Index;
  readonly hash: number;
}

interface Asked {
  readonly lineage: Lineage | undefined;
  /** What the lineage had answered to anybody, and the asking member had applied. */
  readonly floor: Index;
  /** What anybody in the group had confirmed last. */
  readonly confirmed: Confirmed | undefined;
}

/** Says what is wrong with an answer: nothing, or one of these. */
export type AnswerFault = "answeredBackwards" | "answeredAnother" | "stale";

/** Compares the answers to strong queries with the log of the leader that gave them, and with each other. */
export class QueryChecks {
  readonly #asked = new WeakMap<Member, Map<number, Asked>>();
  /** By the ids of the requests: the lineage of the leader that answered. */
  readonly #answered = new Map<string, Lineage>();
  #confirmed: Confirmed | undefined;

  /** The member has told somebody that what is at `index` is committed. */
  executed({ log }: Member, index: Index): void {
    this.#confirmed = { index, hash: log.hashes[index]! };
  }

  asked(member: Member, id: number, lineage: Lineage | undefined): void {
    const { index } = member.host.committed;
    // What it has applied may be another leader's, and about to give way.
    const applied = lineage?.agrees(member.log.hashes, index) === true ? index : 0;
    const floor = Math.max(lineage?.answered ?? 0, applied);
    const asked = this.#asked.get(member) ?? new Map<number, Asked>();
    this.#asked.set(member, asked.set(id, { lineage, floor, confirmed: this.#confirmed }));
  }

  /** A leader answers what another member has asked. */
  answers(requestId: RequestId, lineage: Lineage): void {
    this.#answered.set(keyOf(requestId), lineage);
  }

  /** Who gave the answer with this id, and in which term: a member may not have heard yet that its leader leads in a later one. */
  giverOf(requestId: RequestId): Lineage | undefined {
    return this.#answered.get(keyOf(requestId));
  }

  /** An answer arrives. @param lineage that of the leader that gave it. @returns what is wrong with it */
  answered(
    member: Member,
    id: number,
    position: Index,
    count: number,
    lineage: Lineage | undefined,
  ): AnswerFault | undefined {
    const { lineage: before, floor, confirmed } = this.#asked.get(member)!.get(id)!;
    // Of a leader that the member did not follow when it asked.
    if (lineage === undefined || lineage !== before) return undefined;
    if (position < floor) return "answeredBackwards";
    lineage.answered = Math.max(lineage.answered, position);
    if (count !== position || position > lineage.committed) return "answeredAnother";
    const isStale =
      confirmed !== undefined && (position < confirmed.index || lineage.hashes[confirmed.index] !== confirmed.hash);
    return isStale ? "stale" : undefined;
  }
}

function keyOf({ low, high }: RequestId): string {
  return `${low}/${high}`;
}
