import { Codec, t, Writer, type Reader, type Shape } from "@mosaik/postcard";
import {
  cursorCodec,
  fingerprintField,
  fingerprintOf,
  logEntryCodec,
  type Cursor,
  type Fingerprint,
  type LogEntry,
} from "../../groups/index.js";
import { decodeExtension, encodeExtension } from "../../network/index.js";

/** What members of a collection say to bring one up to date (spec 06 §8.2). A snapshot is named by its anchor: the last command in it. */
export type SnapshotMessage<Item> =
  | RequestSnapshot
  | SnapshotOffer
  | FetchDataRequest
  | { kind: "fetchDataResponse"; value: { anchor: Cursor; offset: number; items: Items<Item> } };

export interface RequestSnapshot {
  kind: "requestSnapshot";
  value?: undefined;
  /** It comes from a candidate, and whoever has more is to offer it: nobody leads. */
  isPull?: boolean;
}

export interface SnapshotOffer {
  kind: "snapshotOffer";
  value: { anchor: Cursor; itemsCount: number };
  /** Of the log up to the anchor; unknown of members in Rust. */
  fingerprint?: Fingerprint | undefined;
  /** For a candidate: what is in the log behind the anchor, not committed. */
  tail?: readonly LogEntry[];
}

export interface FetchDataRequest {
  kind: "fetchDataRequest";
  value: { anchor: Cursor; range: { start: bigint; end: bigint } };
}

/** Fields of the trailing extensions of these messages (spec 08 §4): members in Rust do not see them. */
const TAIL_FIELD = 3;
const PULL_FIELD = 4;

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
  return new SnapshotMessageCodec(item);
}

const tailCodec: Codec<LogEntry[]> = t.vec(logEntryCodec);

/** Rust's messages, with our extensions behind them: each is the last thing in its frame. */
class SnapshotMessageCodec<Item> extends Codec<SnapshotMessage<Item>> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName = undefined;
  readonly #message: Codec<SnapshotMessage<Item>>;

  constructor(item: Codec<Item>) {
    super();
    this.#message = t.enum({
      requestSnapshot: t.unit,
      snapshotOffer: t.struct({ anchor: cursorCodec, itemsCount: t.u64.asNumber() }),
      fetchDataRequest: t.struct({ anchor: cursorCodec, range: t.range(t.u64) }),
      fetchDataResponse: t.struct({ anchor: cursorCodec, offset: t.u64.asNumber(), items: new ItemsCodec(item) }),
    }) as Codec<unknown> as Codec<SnapshotMessage<Item>>;
  }

  override get minSize(): number {
    return 1;
  }

  override write(writer: Writer, message: SnapshotMessage<Item>): void {
    this.#message.write(writer, message);
    if (message.kind === "requestSnapshot" && message.isPull === true) {
      writer.raw(encodeExtension(new Map([[PULL_FIELD, new Uint8Array(0)]])));
    } else if (message.kind === "snapshotOffer") {
      const fields = fieldsOf(message);
      if (fields.size > 0) writer.raw(encodeExtension(fields));
    }
  }

  /** @throws DecodeError, also for a tail that is none: it is one of our own members that sent it */
  override read(reader: Reader): SnapshotMessage<Item> {
    const message = this.#message.read(reader);
    if (reader.remaining === 0) return message;
    const fields = decodeExtension(reader.bytes.subarray(reader.offset, reader.end));
    if (message.kind === "requestSnapshot" && fields.has(PULL_FIELD)) return { ...message, isPull: true };
    if (message.kind !== "snapshotOffer") return message;
    const tail = fields.get(TAIL_FIELD);
    const offer = { ...message, fingerprint: fingerprintOf(fields) };
    return tail === undefined ? offer : { ...offer, tail: tailCodec.decode(tail) };
  }
}

function fieldsOf({ fingerprint, tail }: SnapshotOffer): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  if (fingerprint !== undefined) fields.set(...fingerprintField(fingerprint));
  if (tail !== undefined) fields.set(TAIL_FIELD, tailCodec.encode([...tail]));
  return fields;
}
