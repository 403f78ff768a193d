/**
 * More than any transport holds, in bytes: once the connection is closed nothing more can come, and what is here is handed over so that
 * the end behind it is heard.
 */
const EVERYTHING_BYTES = 2 ** 40;

/**
 * The credit that a link gives its peer: at most a window of bytes may be here, or on their way, that nobody has dealt with. A frame that
 * is larger than what is left of it is advanced the rest as it comes, or it would never end; that is paid back when bytes are released.
 */
export class ReceiveCredit {
  readonly #grant: (bytes: number) => void;
  #windowBytes: number;
  /** What the peer may still send. */
  #leftBytes: number;
  /** What was granted beyond the window. */
  #advancedBytes = 0;

  /** @param windowBytes what was granted to begin with */
  constructor(windowBytes: number, grant: (bytes: number) => void) {
    this.#windowBytes = windowBytes;
    this.#leftBytes = windowBytes;
    this.#grant = grant;
  }

  /** Grows the window; it never shrinks. */
  widen(windowBytes: number): void {
    if (windowBytes <= this.#windowBytes) return;
    this.#give(windowBytes - this.#windowBytes);
    this.#windowBytes = windowBytes;
  }

  /** Bytes have come. @param missingBytes what a frame that has begun still lacks */
  received(bytes: number, missingBytes: number): void {
    this.#leftBytes -= bytes;
    const lacking = Math.min(missingBytes, this.#windowBytes) - this.#leftBytes;
    if (lacking <= 0) return;
    this.#advancedBytes += lacking;
    this.#give(lacking);
  }

  /** Bytes were dealt with. */
  release(bytes: number): void {
    const paid = Math.min(bytes, this.#advancedBytes);
    this.#advancedBytes -= paid;
    if (bytes > paid) this.#give(bytes - paid);
  }

  /** Lets everything come that is still to be handed over. */
  open(): void {
    this.#give(EVERYTHING_BYTES);
  }

  #give(bytes: number): void {
    this.#leftBytes += bytes;
    this.#grant(bytes);
  }
}
