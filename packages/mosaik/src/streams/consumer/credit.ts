/** Every producer may have so many bytes on their way at any time, beside the pool. */
export const CREDIT_FLOOR_BYTES = 64 * 1024;

/**
 * Divides the bytes that a consumer is ready to keep among its producers, evenly. Credit that a producer has cannot be taken back: one
 * that has more than its share, since another came, gives it up as its bytes are dealt with, and only then does the other get it. So
 * all credit together never exceeds the pool and one floor for each producer.
 */
export class CreditPool {
  readonly #windows = new Set<CreditWindow>();
  readonly #poolBytes: number;
  #freeBytes: number;

  constructor(poolBytes: number) {
    this.#poolBytes = poolBytes;
    this.#freeBytes = poolBytes;
  }

  /** Begins a producer's credit. @param grant gives it more credit later on */
  open(grant: (bytes: number) => void): CreditWindow {
    const window = new CreditWindow(this, grant);
    this.#windows.add(window);
    window.grow(false);
    return window;
  }

  /** What each producer may have now. */
  get shareBytes(): number {
    return CREDIT_FLOOR_BYTES + Math.floor(this.#poolBytes / Math.max(1, this.#windows.size));
  }

  /** Takes from the pool, as much as there is. */
  take(bytes: number): number {
    const taken = Math.min(bytes, this.#freeBytes);
    this.#freeBytes -= taken;
    return taken;
  }

  /** Gives back to the pool, and on to those who have less than their share. */
  giveBack(bytes: number): void {
    this.#freeBytes += bytes;
    for (const window of this.#windows) {
      if (this.#freeBytes === 0) return;
      window.grow(true);
    }
  }

  /** Ends a producer's credit. */
  close(window: CreditWindow): void {
    if (this.#windows.delete(window)) this.giveBack(window.sizeBytes - CREDIT_FLOOR_BYTES);
  }
}

/** The credit of one producer: bytes on their way, or here and not dealt with. */
export class CreditWindow {
  readonly #pool: CreditPool;
  readonly #grant: (bytes: number) => void;
  #sizeBytes = CREDIT_FLOOR_BYTES;
  #isClosed = false;

  constructor(pool: CreditPool, grant: (bytes: number) => void) {
    this.#pool = pool;
    this.#grant = grant;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Grows up to the share, as far as the pool allows. */
  grow(isGranted: boolean): void {
    const taken = this.#pool.take(Math.max(0, this.#pool.shareBytes - this.#sizeBytes));
    this.#sizeBytes += taken;
    if (isGranted && taken > 0) this.#grant(taken);
  }

  /** Bytes were dealt with: as many may come again, unless another producer is to have some of them. */
  release(bytes: number): void {
    if (this.#isClosed) return;
    const excess = Math.min(bytes, Math.max(0, this.#sizeBytes - this.#pool.shareBytes));
    if (bytes > excess) this.#grant(bytes - excess);
    if (excess === 0) return;
    this.#sizeBytes -= excess;
    this.#pool.giveBack(excess);
  }

  close(): void {
    this.#isClosed = true;
    this.#pool.close(this);
  }
}
