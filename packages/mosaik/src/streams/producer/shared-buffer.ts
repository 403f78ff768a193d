/**
 * A buffer that several hold, and that is used again when the last of them has let go. Whoever does not let go costs only that: the
 * buffer is garbage then.
 */
export class SharedBuffer {
  readonly #onFree: () => void;
  #holders = 1;

  /** Held by whoever makes it. @param onFree nobody looks at the buffer any more */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  /** One more holds it. */
  retain(): void {
    this.#holders++;
  }

  /** One of them has let go. */
  release(): void {
    if (--this.#holders === 0) this.#onFree();
  }
}
