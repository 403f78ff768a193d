import { EncodeError, Writer, type Codec } from "@mosaik/postcard";
import { appendFrame } from "../../network/index.js";
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
  readonly #limitBytes: number;
  #writer = new Writer();

  /** @param limitBytes of a message */
  constructor(codec: Codec<BondMessage<M>>, limitBytes: number) {
    this.#codec = codec;
    this.#limitBytes = limitBytes;
    this.ping = this.encode({ kind: "ping" });
    this.pong = this.encode({ kind: "pong" });
    this.departure = this.encode({ kind: "departure" });
  }

  /** @throws EncodeError; also for a message over the limit; whatever a codec of the program's own throws */
  encode(message: BondMessage<M>): Frame {
    const writer = this.#writer;
    writer.reset();
    try {
      const payloadBytes = appendFrame(writer, this.#codec, message);
      if (payloadBytes > this.#limitBytes) {
        throw new EncodeError("outOfRange", `a message of ${payloadBytes} bytes is over the limit of a frame`);
      }
      return { bytes: writer.take(), payloadBytes };
    } finally {
      if (writer.bytes.length > SPARE_BYTES_MAX) this.#writer = new Writer();
    }
  }
}
