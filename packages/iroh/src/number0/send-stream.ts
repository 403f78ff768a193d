import { requireBytes, requireU32 } from "../arguments.js";
import type { SendStream, TransportError } from "../transport.js";
import type { BoundSendStream } from "./binding.js";
import type { StreamOwner } from "./stream-owner.js";
import { endedError, stoppedError } from "./words.js";

/** Bytes that wait to be handed over, for each stream. */
const QUEUED_BYTES_MAX = 65_536;
/** Bytes handed over at once, as numbers: about 1 ms of this thread. */
const PIECE_BYTES = 16_384;
/** How often a stream that was not finished is asked whether the peer has stopped it, in ms, while somebody waits to know. */
const PROBE_EVERY_MS = 50;

/** A promise that others settle. */
type Waiter = { readonly resolve: () => void; readonly reject: (error: TransportError) => void };

/**
 * A sending stream. What is written waits in a queue here, since the binding takes bytes only with a promise, and one call at a time: a reset
 * waits for the write that is under way, which the peer may hold up.
 */
export class Number0SendStream implements SendStream {
  readonly #bound: BoundSendStream;
  readonly #owner: StreamOwner;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #isPumping = false;
  #isFinished = false;
  /** The binding has the end of the stream too. */
  #isEnded = false;
  /** What every further write fails with. */
  #failure: TransportError | undefined;
  #drained: Promise<void> | undefined;
  #drainedWaiter: Waiter | undefined;
  #acknowledged: Promise<void> | undefined;
  #acknowledgedWaiter: Waiter | undefined;
  #probe: NodeJS.Timeout | undefined;

  constructor(bound: BoundSendStream, owner: StreamOwner) {
    this.#bound = bound;
    this.#owner = owner;
    owner.keep(this);
  }

  tryWrite(bytes: Uint8Array): number {
    requireBytes(bytes, "what is written");
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isFinished) throw endedError();
    const taken = Math.min(bytes.length, QUEUED_BYTES_MAX - this.#queuedBytes);
    if (taken === 0) return 0;
    this.#queue.push(bytes.slice(0, taken));
    this.#queuedBytes += taken;
    void this.#pump();
    return taken;
  }

  drained(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isFinished) return Promise.reject(endedError());
    if (this.#queuedBytes < QUEUED_BYTES_MAX) return Promise.resolve();
    this.#drained ??= new Promise((resolve, reject) => (this.#drainedWaiter = { resolve, reject }));
    return this.#drained;
  }

  finish(): void {
    if (this.#failure !== undefined || this.#isFinished) return;
    this.#isFinished = true;
    this.#settleDrained(endedError());
    void this.#pump();
  }

  acknowledged(): Promise<void> {
    if (this.#acknowledged !== undefined) return this.#acknowledged;
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#acknowledged = new Promise((resolve, reject) => (this.#acknowledgedWaiter = { resolve, reject }));
    if (!this.#isFinished) this.#probe = setInterval(() => void this.#askWhetherWanted(), PROBE_EVERY_MS).unref();
    else if (this.#isEnded) void this.#awaitAcknowledgement();
    return this.#acknowledged;
  }

  reset(code: number): void {
    requireU32(code, "the code of a reset");
    if (this.#failure !== undefined) return;
    this.#fail(endedError());
    this.#bound.reset(BigInt(code)).then(
      () => this.#owner.release(this),
      () => this.#owner.release(this),
    );
  }

  /** The connection has ended. */
  connectionEnded(failure: TransportError): void {
    if (this.#failure === undefined) this.#fail(failure);
    this.#owner.release(this);
  }

  /** Hands over what waits, a piece after the other, and then the end. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#queuedBytes > 0) {
        const piece = this.#nextPiece();
        await this.#bound.writeAll(piece);
        this.#queuedBytes = Math.max(0, this.#queuedBytes - piece.length);
        this.#settleDrained();
      }
      if (this.#isFinished && this.#failure === undefined) await this.#end();
    } catch (error) {
      await this.#failWith(error);
    } finally {
      this.#isPumping = false;
    }
  }

  /** Asks whether the peer still wants the stream: a write of nothing fails where it does not. */
  async #askWhetherWanted(): Promise<void> {
    if (this.#isPumping || this.#isFinished) return;
    this.#isPumping = true;
    try {
      await this.#bound.write([]);
    } catch (error) {
      await this.#failWith(error);
    } finally {
      this.#isPumping = false;
    }
    void this.#pump();
  }

  async #end(): Promise<void> {
    await this.#bound.finish();
    this.#isEnded = true;
    clearInterval(this.#probe);
    this.#owner.release(this);
    if (this.#acknowledgedWaiter !== undefined) void this.#awaitAcknowledgement();
  }

  /** The binding says only of a stream that is finished how far the peer is, and takes no other call meanwhile. */
  async #awaitAcknowledgement(): Promise<void> {
    try {
      const code = await this.#bound.stopped();
      if (code !== null) return this.#fail(stoppedError(code));
      this.#acknowledgedWaiter?.resolve();
      this.#acknowledgedWaiter = undefined;
    } catch (error) {
      await this.#failWith(error);
    }
  }

  /** The next bytes, as the binding takes them. */
  #nextPiece(): number[] {
    const piece: number[] = [];
    while (piece.length < PIECE_BYTES && this.#queue.length > 0) {
      const chunk = this.#queue[0]!;
      const taken = Math.min(chunk.length, PIECE_BYTES - piece.length);
      for (let i = 0; i < taken; i++) piece.push(chunk[i]!);
      if (taken === chunk.length) this.#queue.shift();
      else this.#queue[0] = chunk.subarray(taken);
    }
    return piece;
  }

  async #failWith(error: unknown): Promise<void> {
    const failure = await this.#owner.failureOf(error);
    this.#fail(failure);
    this.#owner.release(this);
    // The peer counts a stream that it stopped as open until it is reset.
    if (failure.code === "stopped") this.#bound.reset(BigInt(failure.streamCode ?? 0)).catch(() => {});
  }

  #fail(failure: TransportError): void {
    this.#failure ??= failure;
    this.#queue = [];
    this.#queuedBytes = 0;
    clearInterval(this.#probe);
    this.#settleDrained(this.#failure);
    this.#acknowledgedWaiter?.reject(this.#failure);
    this.#acknowledgedWaiter = undefined;
  }

  #settleDrained(failure?: TransportError): void {
    const waiter = this.#drainedWaiter;
    this.#drained = this.#drainedWaiter = undefined;
    if (failure === undefined) waiter?.resolve();
    else waiter?.reject(failure);
  }
}
