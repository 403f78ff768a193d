import type { Index, Term } from "../../../src/groups/positions.js";

/**
 * The log of one leader in one term: it only grows. Everybody who follows that leader has a part of it, and nothing else, as far as
 * they count themselves up to date.
 */
export class Lineage {
  /** By place: the hash of everything up to there. */
  readonly hashes: number[];
  /** Up to where members have told this leader that they hold its log. */
  readonly acknowledged = new Map<number, Index>();
  /** Up to where the leader has committed it. */
  committed: Index = 0;
  /** The last place that a strong query was answered at. */
  answered: Index = 0;

  constructor(
    readonly term: Term,
    readonly leader: number,
    hashes: readonly number[],
  ) {
    this.hashes = [...hashes];
  }

  get end(): Index {
    return this.hashes.length - 1;
  }

  /** Takes over what the leader has appended. @returns whether it has only appended */
  grow(hashes: readonly number[]): boolean {
    if (hashes.length <= this.end || hashes[this.end] !== this.hashes[this.end]) return false;
    for (let i = this.hashes.length; i < hashes.length; i++) this.hashes.push(hashes[i]!);
    return true;
  }

  /** Whether a log is this one up to a place. */
  agrees(hashes: readonly number[], upTo: Index): boolean {
    return upTo <= this.end && hashes[upTo] === this.hashes[upTo];
  }
}

/** All lineages, by term, leader and the leader's incarnation: a leader that forgot its term may lead in it again. */
export class Lineages {
  readonly #all = new Map<string, Lineage>();

  found(term: Term, leader: number, incarnation: number, hashes: readonly number[]): Lineage {
    const lineage = new Lineage(term, leader, hashes);
    this.#all.set(`${term}/${leader}/${incarnation}`, lineage);
    return lineage;
  }

  get(term: Term, leader: number, incarnation: number): Lineage | undefined {
    return this.#all.get(`${term}/${leader}/${incarnation}`);
  }
}
