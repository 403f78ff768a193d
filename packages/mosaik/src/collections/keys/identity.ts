import { Writer, type Codec } from "@mosaik/postcard";

/** What stands for a key in a JavaScript `Map`: equal exactly when the keys are equal in Rust. */
export type Identity = string | number | bigint | boolean;

/** Arguments of one call, which all lie on the stack. */
const CHUNK = 4096;

/**
 * Makes the identities of a type's keys (spec 06 §10.2): primitives stand for themselves, all else for its bytes. A type whose values
 * are equal though their bytes differ must be given as a codec that writes equal bytes.
 */
export function identityOf<K>(codec: Codec<K>): (key: K) => Identity {
  const { shape } = codec;
  switch (shape.kind) {
    case "string":
    case "char":
    case "bool":
      return (key) => key as Identity;
    case "integer":
      return (shape.as === "number" ? (key) => key : (key) => smallest(key as bigint)) as (key: K) => Identity;
    case "transparent":
      return identityOf(shape.inner as Codec<K>);
    default:
      return bytesIdentity(codec);
  }
}

/** Numbers are found faster than bigints, and `Map` tells 1 from 1n. */
function smallest(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function bytesIdentity<K>(codec: Codec<K>): (key: K) => Identity {
  const writer = new Writer(64);
  return (key) => {
    writer.reset();
    codec.write(writer, key);
    let text = "";
    for (let at = 0; at < writer.length; at += CHUNK) {
      text += String.fromCharCode(...writer.bytes.subarray(at, Math.min(at + CHUNK, writer.length)));
    }
    return text;
  };
}
