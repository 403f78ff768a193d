/** Places from `start` up to but without `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Which places of a sequence are still missing: each is taken by somebody who is to bring it, and given back if he does not. */
export class Missing {
  #spans: Span[];

  constructor(count: number) {
    this.#spans = count > 0 ? [{ start: 0, end: count }] : [];
  }

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  /** Takes the first missing places, at most so many. */
  take(countMax: number): Span | undefined {
    const first = this.#spans[0];
    if (first === undefined) return undefined;
    const end = Math.min(first.end, first.start + countMax);
    if (end === first.end) this.#spans.shift();
    else this.#spans[0] = { start: end, end: first.end };
    return { start: first.start, end };
  }

  /** They are missing still. */
  giveBack(span: Span): void {
    if (span.start >= span.end) return;
    const at = this.#spans.findIndex(({ start }) => start > span.start);
    this.#spans.splice(at === -1 ? this.#spans.length : at, 0, span);
  }
}
