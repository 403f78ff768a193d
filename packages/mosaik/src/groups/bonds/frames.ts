import { EncodeError, Writer, type Codec } from "@mosaik/postcard";
import { appendFrame, DEFAULT_FRAME_LIMIT_BYTES } from "../../network/index.js";
import type { BondMessage } from "../protocol.js";

/** A message as it goes over any number of bonds. Its bytes do not change any more. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly payloadBytes: number;
}

/** A writer that has grown beyond this is not kept. */
const SPARE_BYTES_MAX = 1024 * 1024;

/** Turns messages into frames, each once for all bonds that it goes over. */
export class FrameEncoder<M> {
  readonly ping: Frame;
  readonly pong: Frame;
  readonly departure: Frame;
  readonly #codec: Codec<BondMessage<M>>;
  #writer = new Writer();

  constructor(codec: Codec<BondMessage<M>>) {
    this.#codec = codec;
    this.ping = this.encode({ kind: "ping" });
    this.pong = this.encode({ kind: "pong" });
    this.departure = this.encode({ kind: "departure" });
  }

  /** @throws EncodeError; also for a message that is larger than peers take; whatever a codec of the program's own throws */
  encode(message: BondMessage<M>): Frame {
    const writer = this.#writer;
    writer.reset();
    try {
      const payloadBytes = appendFrame(writer, this.#codec, message);
      if (payloadBytes > DEFAULT_FRAME_LIMIT_BYTES) {
        throw new EncodeError("outOfRange", `a message of ${payloadBytes} bytes is over the limit of a frame`);
      }
      return { bytes: writer.take(), payloadBytes };
    } finally {
      if (writer.bytes.length > SPARE_BYTES_MAX) this.#writer = new Writer();
    }
  }
}
