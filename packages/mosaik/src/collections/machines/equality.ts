import { compareBytes, type Codec } from "@mosaik/postcard";

/**
 * Whether two values are the same to a compare-and-exchange: whether their bytes are (spec 06 §6.3). So NaN is NaN, and 0 is not -0.
 */
export function sameBytes<T>(codec: Codec<T>): (a: T, b: T) => boolean {
  switch (codec.shape.kind) {
    case "string":
    case "char":
    case "bool":
    case "integer":
      return (a, b) => a === b;
    default:
      return (a, b) => compareBytes(codec.encode(a), codec.encode(b)) === 0;
  }
}
