import type { RustEvent } from "./protocol.js";

export interface WaitOptions {
  /** 15 seconds if absent. */
  readonly timeoutMs?: number;
  /** Where to begin among the past events: a {@link EventLog.mark}; all of them if absent. */
  readonly since?: number;
}

type Kind = RustEvent["event"];
type EventOf<K extends Kind> = Extract<RustEvent, { event: K }>;

interface Waiter {
  /** Settles the wait if this is the event; then it is told no more. */
  offer(event: RustEvent): boolean;
  fail(cause: Error): void;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/** The events of a process in their order. Waiting looks at the past too, so that no event can slip by between two lines of a test. */
export class EventLog {
  readonly #events: RustEvent[] = [];
  readonly #waiters = new Set<Waiter>();
  #ended: Error | undefined;

  /** All events so far, oldest first. */
  get all(): readonly RustEvent[] {
    return this.#events;
  }

  /** The present end of the log: a wait `since` here sees only what comes later. */
  mark(): number {
    return this.#events.length;
  }

  /** All events of one kind so far. */
  of<K extends Kind>(kind: K, matches: (event: EventOf<K>) => boolean = () => true): EventOf<K>[] {
    return this.#events.filter((event): event is EventOf<K> => isKind(event, kind) && matches(event));
  }

  /**
   * The first event of a kind that matches.
   *
   * @throws {Error} when none came in time, or the process ended before
   */
  waitFor<K extends Kind>(
    kind: K,
    matches: (event: EventOf<K>) => boolean = () => true,
    { timeoutMs = DEFAULT_TIMEOUT_MS, since = 0 }: WaitOptions = {},
  ): Promise<EventOf<K>> {
    const past = this.#events.slice(since).find((event) => isKind(event, kind) && matches(event));
    if (past) return Promise.resolve(past as EventOf<K>);
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        offer: (event) => {
          if (!isKind(event, kind) || !matches(event)) return false;
          settle();
          resolve(event);
          return true;
        },
        fail: (cause) => {
          settle();
          reject(cause);
        },
      };
      const timer = setTimeout(
        () => waiter.fail(new Error(`no such ${kind} event within ${timeoutMs} ms; there were: ${this.#summary()}`)),
        timeoutMs,
      );
      this.#waiters.add(waiter);
    });
  }

  /** Adds what the process reported. */
  push(event: RustEvent): void {
    this.#events.push(event);
    for (const waiter of [...this.#waiters]) waiter.offer(event);
  }

  /** Fails every wait from now on: there will be no more events. */
  end(cause: Error): void {
    this.#ended = cause;
    for (const waiter of [...this.#waiters]) waiter.fail(cause);
  }

  #summary(): string {
    const shown = this.#events.slice(-20).map((event) => JSON.stringify(event).slice(0, 200));
    return shown.length > 0 ? `\n  ${shown.join("\n  ")}` : "none";
  }
}

function isKind<K extends Kind>(event: RustEvent, kind: K): event is EventOf<K> {
  return event.event === kind;
}
