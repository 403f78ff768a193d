import { DecodeError } from "@mosaik/postcard";
import { FrameDecoder, FrameTooLarge } from "../network/index.js";
import { concatBytes, type NetworkId } from "../primitives/index.js";
import type { CancelTimer, RecvStream } from "../runtime/index.js";
import type { IncomingOptions } from "./incoming.js";
import { decodeTopicMessage, GOSSIP_FRAME_READ_MAX_BYTES, streamHeaderCodec } from "./protocol.js";

/** Bytes that a peer may send on one stream before they are handled. */
const STREAM_CREDIT_BYTES = 32 * 1024;
/** How long a stream may take to say its topic, in ms. */
const HEADER_TIMEOUT_MS = 5000;
/** How many bytes are handled at once: some forty of the smallest messages, the next piece of a large one. */
const PIECE_BYTES = 256;

/** With more chunks than this, short ones are put together until they have so many bytes. */
const CHUNKS_APART_MAX = 8;
const GATHERED_BYTES = 4096;

/** How a stream ended: as the peer ended it, or because what it carried is no gossip. */
export type IncomingEnd = "ended" | "abandoned";

/** One stream of a peer: its topic, then messages. What comes waits until it is handled, piece by piece; only that is credited. */
export class IncomingStream {
  readonly #stream: RecvStream;
  readonly #options: IncomingOptions;
  readonly #onWaiting: (stream: IncomingStream) => void;
  readonly #onEnd: (end: IncomingEnd) => void;
  readonly #decoder = new FrameDecoder(GOSSIP_FRAME_READ_MAX_BYTES);
  readonly #chunks: Uint8Array[] = [];
  /** How much of the first chunk was handled. */
  #handledBytes = 0;
  #topic: NetworkId | undefined;
  #hasEnded = false;
  #isOpen = true;
  readonly #cancelTimer: CancelTimer;

  /** @param onWaiting told when there is something to be handled, after there was nothing */
  constructor(
    stream: RecvStream,
    options: IncomingOptions,
    onWaiting: (stream: IncomingStream) => void,
    onEnd: (end: IncomingEnd) => void,
  ) {
    this.#stream = stream;
    this.#options = options;
    this.#onWaiting = onWaiting;
    this.#onEnd = onEnd;
    this.#cancelTimer = options.runtime.after(HEADER_TIMEOUT_MS, () => this.#abandon());
    stream.start(
      (chunk) => this.#onChunk(chunk),
      () => this.#onStreamEnd(),
      STREAM_CREDIT_BYTES,
    );
  }

  /** Handles a piece of what came. @returns whether more waits */
  handle(): boolean {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return false;
    const end = Math.min(chunk.length, this.#handledBytes + PIECE_BYTES);
    try {
      this.#decoder.push(chunk.subarray(this.#handledBytes, end), (bytes, from, to) => {
        if (this.#isOpen) this.#onFrame(bytes.subarray(from, to));
      });
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof FrameTooLarge)) {
        this.#options.runtime.report(error, "reading gossip");
      }
      this.#abandon();
    }
    if (!this.#isOpen) return false;
    this.#handledBytes = end;
    if (end === chunk.length) this.#chunkHandled(chunk);
    return this.#chunks.length > 0;
  }

  #onChunk(chunk: Uint8Array): void {
    if (!this.#isOpen) return;
    const last = this.#chunks.at(-1);
    // A peer that sends byte by byte makes no object of each.
    if (last !== undefined && this.#chunks.length >= CHUNKS_APART_MAX && last.length < GATHERED_BYTES) {
      this.#chunks[this.#chunks.length - 1] = concatBytes(last, chunk);
    } else {
      this.#chunks.push(chunk);
    }
    if (this.#chunks.length === 1) this.#onWaiting(this);
  }

  #onStreamEnd(): void {
    this.#hasEnded = true;
    if (this.#chunks.length === 0) this.#end("ended");
  }

  #onFrame(body: Uint8Array): void {
    const { topic, onMessage, isPeerId } = this.#options;
    if (this.#topic === undefined) {
      this.#topic = streamHeaderCodec.decode(body);
      this.#cancelTimer();
    } else if (this.#topic === topic) {
      onMessage(decodeTopicMessage(body, isPeerId));
    }
  }

  #chunkHandled(chunk: Uint8Array): void {
    this.#chunks.shift();
    this.#handledBytes = 0;
    if (!this.#hasEnded) this.#stream.grant(chunk.length);
    else if (this.#chunks.length === 0) this.#end("ended");
  }

  #abandon(): void {
    if (!this.#isOpen) return;
    if (!this.#hasEnded) this.#stream.stop(0);
    this.#end("abandoned");
  }

  #end(end: IncomingEnd): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelTimer();
    this.#chunks.length = 0;
    this.#onEnd(end);
  }
}
