import { standInCrypto } from "../../src/runtime/simulated-crypto.js";
import { silentDiagnostics, type Runtime, type SignedItem } from "../../src/runtime/index.js";

/** What an entry takes on this runtime's clock while it is read and hashed, in ms. */
export const HASH_MS = 0.05;

/** What a verification takes on this runtime's clock, in ms. */
export const VERIFY_MS = 0.1;

/**
 * A world whose monotonic clock goes on only when something is said to take time, such as each verification. It tells how long the
 * longest turn of its event loop was, without a look at any real clock.
 */
export class PacedRuntime implements Runtime {
  turns = 0;
  longestTurnMs = 0;
  verifications = 0;
  readonly reports: unknown[] = [];
  readonly udp = undefined;
  readonly diagnostics = silentDiagnostics;
  readonly publicKey = standInCrypto.publicKey.bind(standInCrypto);
  readonly sign = standInCrypto.sign.bind(standInCrypto);
  readonly isPublicKey = standInCrypto.isPublicKey.bind(standInCrypto);
  #nowMs = 0;
  #turnBeganMs = 0;
  readonly #tasks: (() => void)[] = [];

  get random(): never {
    throw new Error("there is no randomness here");
  }

  get transport(): never {
    throw new Error("there is no transport here");
  }

  wallMs(): number {
    return 1_700_000_000_000;
  }

  monoMs(): number {
    return this.#nowMs;
  }

  loopDelayMs(): number {
    return this.longestTurnMs;
  }

  after(): () => void {
    return () => {};
  }

  soon(task: () => void): void {
    this.#tasks.push(task);
  }

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    this.spend(VERIFY_MS);
    this.verifications++;
    return standInCrypto.verify(publicKey, message, signature);
  }

  /** On another thread: this one spends no time with it, and has the verdicts in a later turn. */
  verifyBatch(items: readonly SignedItem[]): Promise<boolean[]> {
    this.verifications += items.length;
    const verify = ({ publicKey, message, signature }: SignedItem): boolean =>
      standInCrypto.verify(publicKey, message, signature);
    return new Promise((resolve) => this.soon(() => resolve(items.map(verify))));
  }

  hash(bytes: Uint8Array): Uint8Array {
    this.spend(HASH_MS);
    return standInCrypto.hash(bytes);
  }

  report(error: unknown): void {
    this.reports.push(error);
  }

  /** Lets time pass within the present turn. */
  spend(ms: number): void {
    this.#nowMs += ms;
    this.longestTurnMs = Math.max(this.longestTurnMs, this.#nowMs - this.#turnBeganMs);
  }

  /** Runs turns until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    void work.then(
      () => (isDone = true),
      () => (isDone = true),
    );
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone) return work;
      const task = this.#tasks.shift();
      if (task === undefined) throw new Error("the work waits for something that does not come");
      this.turns++;
      this.#turnBeganMs = this.#nowMs;
      task();
    }
  }
}
