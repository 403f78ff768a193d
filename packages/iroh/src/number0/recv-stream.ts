import { requireByteCount, requireU32 } from "../arguments.js";
import { guarded } from "../guarded.js";
import { TransportError, type CloseInfo, type RecvStream, type StreamEnd } from "../transport.js";
import type { BoundRecvStream } from "./binding.js";
import type { StreamHalf, StreamOwner } from "./stream-owner.js";

/** Bytes asked for at once; they come as numbers, about 1 ms of this thread. */
const PIECE_BYTES = 16_384;

/** Who is told what arrives. */
interface Receiver {
  onChunk(chunk: Uint8Array): void;
  onEnd(end: StreamEnd): void;
}

/**
 * A receiving stream. It reads as long as there is credit, one piece at a time. The binding takes no other call while a read waits: a stop
 * reaches a peer that is silent only when it writes again, or ends its stream.
 */
export class Number0RecvStream implements RecvStream, StreamHalf {
  readonly #bound: BoundRecvStream;
  readonly #owner: StreamOwner;
  #receiver: Receiver | undefined;
  #creditBytes = 0;
  /** A byte that was read without credit. */
  #ahead: Uint8Array | undefined;
  #isReading = false;
  #isStopped = false;
  #hasEnded = false;
  #hasConnectionEnded = false;

  constructor(bound: BoundRecvStream, owner: StreamOwner) {
    this.#bound = bound;
    this.#owner = owner;
    owner.keep(this);
  }

  start(onChunk: (chunk: Uint8Array) => void, onEnd: (end: StreamEnd) => void, creditBytes: number): void {
    requireByteCount(creditBytes, "the credit of a stream");
    if (this.#isStopped) throw new TransportError("finished", "the stream was stopped by this side");
    if (this.#receiver !== undefined) throw new TypeError("a stream is started once");
    this.#receiver = { onChunk, onEnd };
    this.#creditBytes = creditBytes;
    void this.#read();
  }

  grant(bytes: number): void {
    requireByteCount(bytes, "the credit of a stream");
    this.#creditBytes += bytes;
    void this.#read();
  }

  stop(code: number): void {
    requireU32(code, "the code of a stop");
    if (this.#isStopped || this.#hasEnded) return;
    this.#isStopped = true;
    const release = (): void => this.#owner.release(this);
    this.#bound.stop(BigInt(code)).then(release, release);
  }

  connectionEnded(_failure: TransportError, info: CloseInfo): void {
    this.#hasConnectionEnded = true;
    // What arrived before is still delivered where the peer ended the connection, as in QUIC.
    if (info.by !== "local") void this.#read();
    else if (this.#receiver !== undefined) queueMicrotask(() => this.#end({ kind: "closed", info }));
  }

  get #isOver(): boolean {
    return this.#isStopped || this.#hasEnded;
  }

  /** Whether to read now. Without credit only once the connection is over, to learn whether anything is left: that does not wait. */
  get #mayRead(): boolean {
    if (this.#receiver === undefined || this.#isOver) return false;
    return this.#creditBytes > 0 || (this.#hasConnectionEnded && this.#ahead === undefined);
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#mayRead) this.#deliver(await this.#next());
    } catch (error) {
      const { code, streamCode, closeInfo } = await this.#owner.failureOf(error);
      if (code === "reset") this.#end({ kind: "reset", code: streamCode! });
      else if (closeInfo !== undefined) this.#end({ kind: "closed", info: closeInfo });
    } finally {
      this.#isReading = false;
    }
  }

  async #next(): Promise<Uint8Array> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? Uint8Array.from(await this.#bound.read(Math.min(Math.max(this.#creditBytes, 1), PIECE_BYTES)));
  }

  #deliver(piece: Uint8Array): void {
    if (this.#isOver) return;
    if (piece.length === 0) return this.#end({ kind: "finished" });
    if (this.#creditBytes === 0) {
      this.#ahead = piece;
      return;
    }
    this.#creditBytes -= piece.length;
    guarded(() => this.#receiver!.onChunk(piece));
  }

  #end(end: StreamEnd): void {
    if (this.#isOver) return;
    this.#hasEnded = true;
    this.#owner.release(this);
    guarded(() => this.#receiver!.onEnd(end));
  }
}
