import { DecodeError } from "@mosaik/postcard";
import { FrameDecoder, FrameTooLarge } from "../network/index.js";
import type { NetworkId, PeerId } from "../primitives/index.js";
import { TransportError, type Connection, type RecvStream, type Runtime } from "../runtime/index.js";
import { ORDER_WITHIN_MS } from "./outgoing.js";
import { decodeTopicMessage, GOSSIP_FRAME_READ_MAX_BYTES, streamHeaderCodec, type TopicMessage } from "./protocol.js";

/** Bytes that a peer may send on one stream before we read. */
const STREAM_CREDIT_BYTES = 32 * 1024;
/** How long a stream may take to say its topic, in ms. */
const HEADER_TIMEOUT_MS = 5000;

export interface IncomingOptions {
  readonly runtime: Runtime;
  readonly topic: NetworkId;
  isPeerId(id: PeerId): boolean;
  onMessage(message: TopicMessage): void;
  /** A stream was given up: what it carried is no gossip. */
  onInvalid(): void;
}

/** What one peer sends on one connection: its streams, read side by side, each in order (spec 03 A.3). */
export class Incoming {
  readonly #connection: Connection;
  readonly #options: IncomingOptions;
  #openCount = 0;
  #finishedCount = 0;

  constructor(connection: Connection, options: IncomingOptions) {
    this.#connection = connection;
    this.#options = options;
    void this.#accept();
  }

  /** The peer has ended every stream that it opened, and opened one at least. */
  get isAtRest(): boolean {
    return this.#openCount === 0 && this.#finishedCount > 0;
  }

  async #accept(): Promise<void> {
    try {
      // A peer ends one stream before it opens the next (spec 03 A.3): what it sent on the first comes first, if it comes in time.
      for (let last: Promise<void> | undefined; ;) {
        const stream = await this.#connection.acceptUni();
        this.#openCount++;
        if (last !== undefined) await this.#inOrder(last);
        last = this.#read(stream);
      }
    } catch (error) {
      if (!(error instanceof TransportError)) this.#options.runtime.report(error, "receiving gossip");
    }
  }

  async #inOrder(last: Promise<void>): Promise<void> {
    let cancelTimer = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancelTimer = this.#options.runtime.after(ORDER_WITHIN_MS, resolve);
    });
    await Promise.race([last, late]);
    cancelTimer();
  }

  /** Resolves at the end of the stream. */
  #read(stream: RecvStream): Promise<void> {
    let resolve = (): void => {};
    const ended = new Promise<void>((settle) => (resolve = settle));
    const { runtime, topic } = this.#options;
    const decoder = new FrameDecoder(GOSSIP_FRAME_READ_MAX_BYTES);
    let streamTopic: NetworkId | undefined;
    let isOpen = true;

    const end = (): void => {
      if (!isOpen) return;
      isOpen = false;
      cancelTimer();
      this.#openCount--;
      this.#finishedCount++;
      resolve();
    };
    const abandon = (): void => {
      if (!isOpen) return;
      stream.stop(0);
      end();
      this.#options.onInvalid();
      // A Rust peer sends nothing more after its stream was stopped (spec 03, trap 13): without another it is better gone.
      if (this.#openCount === 0) this.#connection.close(0, "close from disconnect");
    };
    const cancelTimer = runtime.after(HEADER_TIMEOUT_MS, abandon);
    const onFrame = (bytes: Uint8Array, start: number, stop: number): void => {
      if (!isOpen) return;
      const body = bytes.subarray(start, stop);
      if (streamTopic === undefined) {
        streamTopic = streamHeaderCodec.decode(body);
        cancelTimer();
      } else if (streamTopic === topic) {
        this.#options.onMessage(decodeTopicMessage(body, (id) => this.#options.isPeerId(id)));
      }
    };
    stream.start(
      (chunk) => {
        try {
          decoder.push(chunk, onFrame);
          if (isOpen) stream.grant(chunk.length);
        } catch (error) {
          if (!(error instanceof DecodeError || error instanceof FrameTooLarge))
            runtime.report(error, "reading gossip");
          abandon();
        }
      },
      end,
      STREAM_CREDIT_BYTES,
    );
    return ended;
  }
}
