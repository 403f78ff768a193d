import { DecodeError, Reader, t, Writer, type Codec } from "@mosaik/postcard";
import { decodeExtension, digestCodec, encodeExtension } from "../network/index.js";
import type { NetworkId, StreamId } from "../primitives/index.js";

/** The field of the trailing extension that carries a position (spec 08 §4). */
const POSITION_FIELD = 2;

/** A place in what a producer has sent. */
export interface StreamPosition {
  /** Names one life of the producer: what it counts begins anew with it. */
  readonly epoch: bigint;
  /** The number of the last datum before this place; the first datum of an epoch has number 1. */
  readonly sequence: number;
}

/**
 * Which stream of which network (spec 04 §3.1), and between TypeScript nodes where in it: the consumer's first message, and the
 * producer's when it admits it.
 */
export interface StreamHandshake {
  readonly network: NetworkId;
  readonly stream: StreamId;
  /**
   * From the consumer: it wants to go on behind `after`, or from now on and to be told where that is. From a producer that was asked:
   * the number before that of the first datum that follows.
   */
  readonly resume?: { readonly after: StreamPosition | undefined } | undefined;
}

const idsCodec = t.struct({ network: digestCodec, stream: digestCodec });
const positionCodec = t.struct({ epoch: t.u64, sequence: t.u64.asNumber() });

/**
 * The criteria that follow the ids in Rust's handshake are an empty struct: no bytes. Rust ignores what stands behind, and so do we,
 * unless it is our own extension.
 */
export const streamHandshakeCodec: Codec<StreamHandshake> = t.custom<StreamHandshake>({
  encode(handshake) {
    const writer = new Writer();
    idsCodec.write(writer, handshake);
    const { resume } = handshake;
    if (resume !== undefined) {
      const position = resume.after === undefined ? new Uint8Array(0) : positionCodec.encode(resume.after);
      writer.raw(encodeExtension(new Map([[POSITION_FIELD, position]])));
    }
    return writer.take();
  },
  decode(bytes) {
    const reader = new Reader(bytes);
    const { network, stream } = idsCodec.read(reader);
    const field = decodeExtension(bytes.subarray(reader.offset)).get(POSITION_FIELD);
    if (field === undefined) return { network, stream };
    return { network, stream, resume: { after: field.length === 0 ? undefined : positionOf(field) } };
  },
});

/** A position that cannot be read counts as none: nobody needs one. */
function positionOf(field: Uint8Array): StreamPosition | undefined {
  try {
    return positionCodec.decode(field);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
