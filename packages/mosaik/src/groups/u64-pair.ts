import { Codec, type Reader, type Shape, type Writer } from "@mosaik/postcard";

/** 64 bits as two u32: ids and fingerprints are drawn, compared and passed on, never counted with (DESIGN §9). */
export interface U64Pair {
  readonly low: number;
  readonly high: number;
}

const BYTES_MAX = 10;
/** Of the tenth byte of a varint only the lowest bit belongs to 64. */
const LAST_BYTE_MAX = 0x01;

/** Rust's `u64`. */
class U64PairCodec extends Codec<U64Pair> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = "u64";

  override get minSize(): number {
    return 1;
  }

  override write(writer: Writer, pair: U64Pair): void {
    let { low, high } = pair;
    while (high !== 0 || low > 0x7f) {
      writer.u8((low & 0x7f) | 0x80);
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    writer.u8(low);
  }

  override read(reader: Reader): U64Pair {
    let low = 0;
    let high = 0;
    for (let at = 0; at < BYTES_MAX; at++) {
      const byte = reader.u8();
      if (at === BYTES_MAX - 1 && byte > LAST_BYTE_MAX) {
        throw reader.error(byte > 0x7f ? "varintTooLong" : "outOfRange", "a varint is more than 64 bits");
      }
      const bits = byte & 0x7f;
      if (at < 5) low |= bits << (7 * at);
      // The fifth byte lies across the two halves.
      if (at === 4) high = bits >>> 4;
      else if (at > 4) high |= bits << (7 * at - 32);
      if (byte <= 0x7f) break;
    }
    return { low: low >>> 0, high: high >>> 0 };
  }
}

export const u64PairCodec: Codec<U64Pair> = new U64PairCodec();

const FIXED_BYTES = 8;

/** Eight bytes, little-endian. */
export function u64PairToBytes({ low, high }: U64Pair): Uint8Array {
  const bytes = new Uint8Array(FIXED_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, low, true);
  view.setUint32(4, high, true);
  return bytes;
}

/** @returns `undefined` for anything but eight bytes */
export function u64PairFromBytes(bytes: Uint8Array): U64Pair | undefined {
  if (bytes.length !== FIXED_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, FIXED_BYTES);
  return { low: view.getUint32(0, true), high: view.getUint32(4, true) };
}
