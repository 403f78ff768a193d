import { abortReason } from "../../primitives/index.js";

interface Sender<T> {
  readonly owner: object;
  readonly datum: T;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Those who wait to send, first come first served. */
export class Senders<T> {
  readonly #waiting = new Set<Sender<T>>();
  readonly #onLeft: () => void;

  /** @param onLeft somebody gave up */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * Waits for the datum's turn. Rejects with the signal's reason when that aborts first.
   *
   * @param owner whose datum it is, for `rejectAll`
   */
  wait(owner: object, datum: T, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal));
      const settle = (action: () => void): void => {
        signal?.removeEventListener("abort", onAbort);
        action();
      };
      const sender: Sender<T> = {
        owner,
        datum,
        resolve: () => settle(resolve),
        reject: (reason) => settle(() => reject(reason)),
      };
      const onAbort = (): void => {
        this.#waiting.delete(sender);
        reject(abortReason(signal!));
        this.#onLeft();
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(sender);
    });
  }

  /** Sends for whoever waits longest. @param send what throws rejects that one's wait */
  serveNext(send: (datum: T) => void): void {
    for (const sender of this.#waiting) {
      this.#waiting.delete(sender);
      try {
        send(sender.datum);
        sender.resolve();
      } catch (error) {
        sender.reject(error);
      }
      return;
    }
  }

  /** Ends the waits of one owner, or of all. @param reason what each is told of its datum */
  rejectAll(reason: (datum: T) => Error, owner?: object): void {
    for (const sender of [...this.#waiting]) {
      if (owner !== undefined && sender.owner !== owner) continue;
      this.#waiting.delete(sender);
      sender.reject(reason(sender.datum));
    }
  }
}
