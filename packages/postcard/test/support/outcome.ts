import { DecodeError, EncodeError, type Codec } from "../../src/index.js";
import { toHex } from "./hex.js";

/** What encoding comes to, in a form that can be compared: the bytes, or everything that the error says. */
export function encoding(codec: Codec<unknown>, value: unknown): unknown {
  try {
    return toHex(codec.encode(value));
  } catch (error) {
    if (!(error instanceof EncodeError)) return { thrown: error };
    return { code: error.code, path: error.path, segments: error.segments, message: error.message };
  }
}

/** What decoding comes to: the value, or everything that the error says. */
export function decoding(codec: Codec<unknown>, bytes: Uint8Array): unknown {
  try {
    return { value: codec.decode(bytes) };
  } catch (error) {
    if (!(error instanceof DecodeError)) return { thrown: error };
    const { code, path, segments, offset, message } = error;
    return { code, path, segments, offset, message };
  }
}
