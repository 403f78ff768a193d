import { Codec, t, Writer, type Reader, type Shape } from "@mosaik/postcard";
import { cursorCodec, type Cursor } from "../../groups/index.js";

/** What members of a collection say to bring one up to date (spec 06 §8.2). A snapshot is named by its anchor: the last command in it. */
export type SnapshotMessage<Item> =
  | { kind: "requestSnapshot"; value?: undefined }
  | { kind: "snapshotOffer"; value: { anchor: Cursor; itemsCount: number } }
  | { kind: "fetchDataRequest"; value: { anchor: Cursor; range: { start: bigint; end: bigint } } }
  | { kind: "fetchDataResponse"; value: { anchor: Cursor; offset: number; items: Items<Item> } };

/** Items of a snapshot: those that are sent are in bytes already, those that came are values. */
export type Items<Item> = readonly Item[] | EncodedItems;

/** Items in their bytes, one behind the other. */
export class EncodedItems {
  constructor(
    readonly count: number,
    readonly bytes: Uint8Array,
  ) {}

  /** As many items as fit, at least one. */
  static fit<Item>(codec: Codec<Item>, items: readonly Item[], maxBytes: number): EncodedItems {
    const writer = new Writer();
    let count = 0;
    for (const item of items) {
      const before = writer.length;
      codec.write(writer, item);
      if (count > 0 && writer.length > maxBytes) {
        writer.length = before;
        break;
      }
      count++;
    }
    return new EncodedItems(count, writer.take());
  }
}

class ItemsCodec<Item> extends Codec<Items<Item>> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;
  readonly #list: Codec<Item[]>;

  constructor(item: Codec<Item>) {
    super();
    this.#list = t.vec(item);
  }

  override get minSize(): number {
    return 1;
  }

  override write(writer: Writer, value: Items<Item>): void {
    if (!(value instanceof EncodedItems)) return this.#list.write(writer, value as Item[]);
    writer.varint(value.count);
    writer.raw(value.bytes);
  }

  override read(reader: Reader): Items<Item> {
    return this.#list.read(reader);
  }
}

export function snapshotMessageCodec<Item>(item: Codec<Item>): Codec<SnapshotMessage<Item>> {
  return t.enum({
    requestSnapshot: t.unit,
    snapshotOffer: t.struct({ anchor: cursorCodec, itemsCount: t.u64.asNumber() }),
    fetchDataRequest: t.struct({ anchor: cursorCodec, range: t.range(t.u64) }),
    fetchDataResponse: t.struct({ anchor: cursorCodec, offset: t.u64.asNumber(), items: new ItemsCodec(item) }),
  });
}
