import { t, type Codec } from "@mosaik/postcard";
import { fromHex, toHex } from "../../../packages/mosaik/src/primitives/index.js";

/** A type of the Rust peer: how it is on the wire, and how in the program's commands. */
export interface Element<T> {
  readonly codec: Codec<T>;
  fromJson(json: unknown): T;
  toJson(value: T): unknown;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tables of elements have them of every type
export type AnyElement = Element<any>;

function plain<T>(codec: Codec<T>): Element<T> {
  return { codec, fromJson: (json) => json as T, toJson: (value) => value };
}

export const string = plain(t.string);

/** A number in commands as far as JavaScript counts exactly, digits beyond. */
export const u64: Element<bigint> = {
  codec: t.u64,
  fromJson: (json) => BigInt(json as number | string),
  toJson: (value) => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value)),
};

export const bytes: Element<Uint8Array> = {
  codec: t.bytes,
  fromJson: (json) => fromHex(json as string)!,
  toJson: toHex,
};

export function tuple<A, B>(a: Element<A>, b: Element<B>): Element<[A, B]> {
  return {
    codec: t.tuple(a.codec, b.codec),
    fromJson: (json) => {
      const [first, second] = json as [unknown, unknown];
      return [a.fromJson(first), b.fromJson(second)];
    },
    toJson: ([first, second]) => [a.toJson(first), b.toJson(second)],
  };
}

const TYPES = "mosaik_peer::collections::types";

const venueCodec = t.enum(`${TYPES}::Venue`, {
  Open: t.unit,
  Hall: t.u8,
  Tent: t.struct({ name: t.string }),
});
type Venue = t.Infer<typeof venueCodec>;

const placeCodec = t.struct(`${TYPES}::Place`, {
  venue: venueCodec,
  row: t.u16,
  seat: t.i32,
  holder: t.option(t.string),
});
type Place = t.Infer<typeof placeCodec>;

/** A key and priority with an enum and an option in it. */
export const place: Element<Place> = {
  codec: placeCodec,
  fromJson: (json) => {
    const { venue, holder, ...rest } = json as {
      venue: string | object;
      row: number;
      seat: number;
      holder: string | null;
    };
    const [kind, value] =
      typeof venue === "string" ? [venue, undefined] : (Object.entries(venue)[0] as [string, unknown]);
    return { ...rest, venue: { kind, value } as Venue, holder: holder ?? undefined };
  },
  toJson: ({ venue, holder, ...rest }) => ({
    ...rest,
    venue: venue.kind === "Open" ? "Open" : { [venue.kind]: venue.value },
    holder: holder ?? null,
  }),
};

const orderCodec = t.struct(`${TYPES}::Order`, { quantity: t.u64, price: t.f64, note: t.string });
type Order = t.Infer<typeof orderCodec>;

export const order: Element<Order> = {
  codec: orderCodec,
  fromJson: (json) => {
    const { quantity, ...rest } = json as { quantity: number | string; price: number; note: string };
    return { ...rest, quantity: u64.fromJson(quantity) };
  },
  toJson: ({ quantity, ...rest }) => ({ ...rest, quantity: u64.toJson(quantity) }),
};
