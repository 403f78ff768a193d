import { Codec, type HashStream, type Reader, type Shape, type Writer } from "@mosaik/postcard";
import { Digest, PeerId, type Id } from "../primitives/index.js";

/** 32 raw bytes without a length (spec 01 §1.2, §1.5), read into interned ids without a copy between. */
class IdCodec<I extends Id> extends Codec<I> {
  readonly shape: Shape = { kind: "opaque" };

  constructor(
    readonly rustName: string,
    private readonly type: { fromBytes(bytes: Uint8Array): I; compare(this: void, a: Id, b: Id): number },
  ) {
    super();
  }

  override get minSize(): number {
    return 32;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: I, b: I): number {
    return this.type.compare(a, b);
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: I): void {
    stream.count(32);
    stream.raw(value.bytes);
  }

  override write(writer: Writer, value: I): void {
    writer.ensure(32);
    value.copyTo(writer.bytes, writer.length);
    writer.length += 32;
  }

  override read(reader: Reader): I {
    return this.type.fromBytes(reader.raw(32));
  }
}

/** A `Digest`: of a network, a stream, a tag, … */
export const digestCodec: Codec<Digest> = new IdCodec("mosaik::primitives::id::Digest", Digest);

/** A `PeerId`. Only its length is checked here. */
export const peerIdCodec: Codec<PeerId> = new IdCodec("iroh_base::key::PublicKey", PeerId);
