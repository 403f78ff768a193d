import { requireByteCount, requireU32 } from "./arguments.js";
import type { Mailbox } from "./mailbox.js";
import type { NativeRecvStream } from "./native.js";
import { TransportError, type RecvStream, type StreamEnd } from "./transport.js";

/** A receiving stream. A Rust task collects what arrives and sends it over in pieces of up to 256 KiB. */
export class IrohRecvStream implements RecvStream {
  readonly #native: NativeRecvStream;
  readonly #mailbox: Mailbox;
  #state: "idle" | "started" | "stopped" = "idle";

  constructor(native: NativeRecvStream, mailbox: Mailbox) {
    this.#native = native;
    this.#mailbox = mailbox;
  }

  start(onChunk: (chunk: Uint8Array) => void, onEnd: (end: StreamEnd) => void, creditBytes: number): void {
    requireByteCount(creditBytes, "the credit of a stream");
    if (this.#state === "stopped") throw new TransportError("finished", "the stream was stopped by this side");
    if (this.#state === "started") throw new TypeError("a stream is started once");
    this.#state = "started";
    this.#mailbox.keepReceiver(this.#native.id, { onChunk, onEnd });
    this.#native.start(creditBytes);
  }

  grant(bytes: number): void {
    requireByteCount(bytes, "the credit of a stream");
    this.#native.grant(bytes);
  }

  cutAtFrames(frameBytesMax: number): void {
    this.#native.cutAtFrames(frameBytesMax);
  }

  stop(code: number): void {
    requireU32(code, "the code of a stop");
    this.#state = "stopped";
    this.#mailbox.dropReceiver(this.#native.id);
    this.#native.stop(code);
  }
}
