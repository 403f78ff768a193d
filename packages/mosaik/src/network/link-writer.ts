import { TransportError, type SendStream } from "@mosaik/iroh/transport";

/**
 * Hands buffers of whole frames to a stream, in order. What the stream has no room for waits here, by reference: a buffer must not
 * change after `write`.
 */
export class LinkWriter {
  readonly #stream: SendStream;
  readonly #onFailure: (error: TransportError) => void;
  #queue: { bytes: Uint8Array; onTaken: (() => void) | undefined }[] = [];
  /** How much of the first buffer the stream has. */
  #offset = 0;
  #queuedBytes = 0;
  #takenBytes = 0;
  /** The queue is being emptied, now or as soon as there is room: whoever writes meanwhile only adds to it. */
  #isPumping = false;
  #failure: TransportError | undefined;
  #idleWaiters: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(stream: SendStream, onFailure: (error: TransportError) => void) {
    this.#stream = stream;
    this.#onFailure = onFailure;
  }

  /** Bytes that the stream has not taken yet. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes that the stream has taken since the beginning: what grows makes progress. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /**
   * @param bytes whole frames
   * @param onTaken called once the stream has them all; never if it fails before
   */
  write(bytes: Uint8Array, onTaken?: () => void): void {
    if (this.#failure !== undefined) return;
    this.#queue.push({ bytes, onTaken });
    this.#queuedBytes += bytes.length;
    if (!this.#isPumping) this.#pump();
  }

  /** Resolves when the stream has taken everything. Rejects with the failure of the stream. */
  idle(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => this.#idleWaiters.push({ resolve, reject }));
  }

  /** Ends the stream cleanly behind what has been written, and resolves when the peer's transport has it all. */
  async finish(): Promise<void> {
    await this.idle();
    this.#stream.finish();
    await this.#stream.acknowledged();
  }

  #pump(): void {
    this.#isPumping = true;
    try {
      while (this.#queue.length > 0) {
        const { bytes, onTaken } = this.#queue[0]!;
        const rest = this.#offset === 0 ? bytes : bytes.subarray(this.#offset);
        const taken = this.#stream.tryWrite(rest);
        this.#queuedBytes -= taken;
        this.#takenBytes += taken;
        if (taken < rest.length) {
          this.#offset += taken;
          return this.#waitForRoom();
        }
        this.#offset = 0;
        this.#queue.shift();
        onTaken?.();
      }
      this.#isPumping = false;
      for (const waiter of this.#idleWaiters.splice(0)) waiter.resolve();
    } catch (error) {
      this.#isPumping = false;
      this.#fail(error);
    }
  }

  #waitForRoom(): void {
    this.#stream.drained().then(
      () => this.#pump(),
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    if (!(error instanceof TransportError)) throw error;
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const waiter of this.#idleWaiters.splice(0)) waiter.reject(error);
    this.#onFailure(error);
  }
}
