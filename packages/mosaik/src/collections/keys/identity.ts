import { Writer, type Codec } from "@mosaik/postcard";

/** What stands for a key in a JavaScript `Map`: equal exactly when the keys are equal in Rust. */
export type Identity = string | number | bigint | boolean;

/** From a type's keys to their identities, and back. */
export interface Identities<K> {
  readonly identity: (key: K) => Identity;
  readonly key: (identity: Identity) => K;
}

/** Arguments of one call, which all lie on the stack. */
const CHUNK = 4096;

/**
 * The identities of a type's keys (spec 06 §10.2): primitives stand for themselves, all else for its bytes. A type whose values are
 * equal though their bytes differ must be given as a codec that writes equal bytes.
 */
export function identities<K>(codec: Codec<K>): Identities<K> {
  const { shape } = codec;
  switch (shape.kind) {
    case "string":
    case "char":
    case "bool":
      return ITSELF as Identities<unknown> as Identities<K>;
    case "integer":
      return (shape.as === "number" ? ITSELF : WIDE) as Identities<unknown> as Identities<K>;
    case "transparent":
      return identities(shape.inner as Codec<K>);
    default:
      return byBytes(codec);
  }
}

const ITSELF: Identities<Identity> = { identity: (key) => key, key: (identity) => identity };

/** Numbers are found faster than bigints, and a `Map` tells 1 from 1n. */
const WIDE: Identities<bigint> = {
  identity: (key) => {
    const number = Number(key);
    return Number.isSafeInteger(number) ? number : key;
  },
  key: (identity) => BigInt(identity),
};

/** The bytes of a key, each as one character: engines keep such texts in as many bytes. */
function byBytes<K>(codec: Codec<K>): Identities<K> {
  const writer = new Writer(64);
  return {
    identity: (key) => {
      writer.reset();
      codec.write(writer, key);
      let text = "";
      for (let at = 0; at < writer.length; at += CHUNK) {
        text += String.fromCharCode(...writer.bytes.subarray(at, Math.min(at + CHUNK, writer.length)));
      }
      return text;
    },
    key: (identity) => codec.decode(Uint8Array.from(identity as string, (char) => char.charCodeAt(0))),
  };
}
