import { DecodeError, EncodeError, type Codec } from "../../src/index.js";

/** The error of decoding; fails the test if there is none or it is another. */
export function decodeError(codec: Codec<unknown>, bytes: Iterable<number>): DecodeError {
  try {
    codec.decode(Uint8Array.from(bytes));
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error("the bytes were accepted");
}

/** The error of encoding; fails the test if there is none or it is another. */
export function encodeError(codec: Codec<unknown>, value: unknown): EncodeError {
  try {
    codec.encode(value);
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
  throw new Error("the value was accepted");
}
