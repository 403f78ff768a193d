import { abortReason } from "./link-signals.js";

/** What a condition is judged on: a value that can be looked at, and a call whenever it may have changed. */
export interface ConditionSource {
  /** Calls `listener` after each possible change until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /** A reason why the condition can change no more, as after a close. */
  ended?(): Error | undefined;
}

/**
 * Something that may be true now or later. `await` it for the moment it is met, and for what there is to say of that moment; iterate
 * over it for every transition. A thenable: never return one from an async function, use `toPromise` there.
 */
export class Condition<T = void> implements PromiseLike<T> {
  readonly #source: ConditionSource;
  readonly #test: () => boolean;
  readonly #value: () => T;

  /** @param value what it resolves with, asked for while it is met. Default: nothing */
  constructor(source: ConditionSource, test: () => boolean, value?: () => T) {
    this.#source = source;
    this.#test = test;
    this.#value = value ?? (() => undefined as T);
  }

  /** What the condition is judged on. */
  get source(): ConditionSource {
    return this.#source;
  }

  /** Whether it holds at this moment. */
  get isMet(): boolean {
    return this.#test();
  }

  /** The opposite condition. */
  unmet(): Condition {
    return new Condition(this.#source, () => !this.#test());
  }

  /**
   * Resolves as soon as the condition holds. Rejects with the signal's reason when that aborts first, and with the source's
   * when it has ended unmet.
   */
  toPromise(options: { signal?: AbortSignal | undefined } = {}): Promise<T> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    return new Promise<T>((resolve, reject) => {
      const settle = (action: () => void): void => {
        unsubscribe();
        signal?.removeEventListener("abort", onAbort);
        action();
      };
      const onAbort = (): void => settle(() => reject(abortReason(signal!)));
      const onChange = (): void => {
        try {
          if (this.#test()) {
            const value = this.#value();
            return settle(() => resolve(value));
          }
        } catch (error) {
          return settle(() => reject(error));
        }
        const reason = this.#source.ended?.();
        if (reason !== undefined) settle(() => reject(reason));
      };
      const unsubscribe = this.#source.subscribe(onChange);
      signal?.addEventListener("abort", onAbort, { once: true });
      onChange();
    });
  }

  then<A = T, B = never>(
    onMet?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.toPromise().then(onMet, onRejected);
  }

  /** The state now and after every transition, `true` for met. Ends when the source does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<boolean, void, void> {
    let wake = (): void => {};
    const unsubscribe = this.#source.subscribe(() => wake());
    let last: boolean | undefined;
    try {
      for (;;) {
        const isMet = this.#test();
        if (isMet !== last) {
          last = isMet;
          yield isMet;
          continue;
        }
        if (this.#source.ended?.() !== undefined) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      unsubscribe();
    }
  }
}

/** Takes what a callback of the program's threw, and where that was. */
export type Report = (error: unknown, where: string) => void;

/** A source that is notified by hand. What a listener throws is reported, and the others are still called. */
export class ChangeSource implements ConditionSource {
  readonly #report: Report;
  readonly #listeners = new Set<() => void>();
  #ended: Error | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ended(): Error | undefined {
    return this.#ended;
  }

  changed(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#report(error, "a listener or condition");
      }
    }
  }

  /** The last change: conditions that do not hold reject with `reason`. */
  end(reason: Error): void {
    this.#ended ??= reason;
    this.changed();
  }
}
