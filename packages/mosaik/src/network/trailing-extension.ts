import { DecodeError, Reader, Writer } from "@mosaik/postcard";

/** What stands before our own bytes behind the value of a frame: "mts1" (spec 08 §4). */
const MAGIC = Uint8Array.of(0x6d, 0x74, 0x73, 0x31);
/** Fields of one extension that are looked at. */
const FIELDS_MAX = 16;

/** Our own fields behind a value, by their types. */
export type ExtensionFields = ReadonlyMap<number, Uint8Array>;

/**
 * What goes behind a value that Rust's decoders read and ours: they ignore bytes behind it (spec 08 §4).
 *
 * @returns nothing for no fields
 */
export function encodeExtension(fields: ExtensionFields): Uint8Array {
  if (fields.size === 0) return new Uint8Array(0);
  const body = new Writer();
  for (const [type, bytes] of fields) {
    body.varint(type);
    body.varint(bytes.length);
    body.raw(bytes);
  }
  const whole = new Writer();
  whole.raw(MAGIC);
  whole.varint(body.length);
  whole.raw(body.take());
  return whole.take();
}

/**
 * The fields behind a value. Whatever else may stand there is not ours and no error: nobody needs an extension. Of a type that comes
 * twice the first counts.
 */
export function decodeExtension(trailing: Uint8Array): ExtensionFields {
  const fields = new Map<number, Uint8Array>();
  if (!MAGIC.every((byte, i) => trailing[i] === byte)) return fields;
  try {
    const whole = new Reader(trailing, MAGIC.length);
    const body = new Reader(whole.raw(whole.byteLength()));
    while (body.remaining > 0 && fields.size < FIELDS_MAX) {
      const type = body.u32();
      const bytes = body.raw(body.byteLength());
      if (!fields.has(type)) fields.set(type, bytes);
    }
    return fields;
  } catch (error) {
    if (error instanceof DecodeError) return new Map();
    throw error;
  }
}
