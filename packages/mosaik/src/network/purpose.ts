import { Codec, t, type Reader, type Shape, type Writer } from "@mosaik/postcard";
import { digestCodec } from "./id-codecs.js";

/** What a stream of `mosaik-ts/1` is for (spec 08 §1). */
export const PURPOSE = { calls: 1, status: 2 } as const;

/** Whatever is left of a frame, as it is. */
class RestCodec extends Codec<Uint8Array> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;

  override get minSize(): number {
    return 0;
  }

  override write(writer: Writer, value: Uint8Array): void {
    writer.raw(value);
  }

  override read(reader: Reader): Uint8Array {
    return reader.raw(reader.remaining);
  }
}

/** The first frame of every stream, from its opener. */
export const purposeRequestCodec = t.struct({
  network: digestCodec,
  purpose: t.u32,
  /** The highest that the opener speaks. */
  version: t.u32,
  /** What the purpose adds. */
  body: new RestCodec(),
});

/** The first frame back: 0 or the close code of a refusal, and the highest version that both speak. */
export const purposeReplyCodec = t.struct({ code: t.u32, version: t.u32 });

export type PurposeRequest = t.Infer<typeof purposeRequestCodec>;
