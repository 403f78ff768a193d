import { Reader, Writer, t } from "@mosaik/postcard";
import { importRival } from "../rivals/packages.js";
import type { Library, Reading } from "./reading.js";

/** How each library is set up, by its name; the setups are those that its documentation calls fast. */
export const libraries = {
  postcard,
  avsc,
  msgpackr,
  protobufjs,
} satisfies Record<string, () => Library | Promise<Library>>;

export type LibraryName = keyof typeof libraries;

/** Longer than any encoding of a reading. */
const BUFFER_BYTES = 4096;

function postcard(): Library {
  const codec = t.struct("bench::Reading", { sensor: t.string, celsius: t.f64, at: t.u64.asNumber() });
  const writer = new Writer(BUFFER_BYTES);
  const reader = new Reader(new Uint8Array(0));
  return {
    encode(reading) {
      writer.reset();
      codec.write(writer, reading);
      return writer.length;
    },
    bytes: (reading) => codec.encode(reading),
    decode(bytes) {
      reader.reset(bytes);
      return codec.read(reader);
    },
  };
}

/** What is used of avsc. */
interface Avsc {
  readonly default: { readonly Type: { forSchema(schema: unknown): AvscType } };
}
interface AvscType {
  encode(value: Reading, buffer: Buffer, offset: number): number;
  toBuffer(value: Reading): Buffer;
  fromBuffer(buffer: Uint8Array): Reading;
}

async function avsc(): Promise<Library> {
  const { Type } = (await importRival<Avsc>("avsc")).default;
  const type = Type.forSchema({
    type: "record",
    name: "Reading",
    fields: [
      { name: "sensor", type: "string" },
      { name: "celsius", type: "double" },
      { name: "at", type: "long" },
    ],
  });
  const buffer = Buffer.alloc(BUFFER_BYTES);
  return {
    encode: (reading) => type.encode(reading, buffer, 0),
    bytes: (reading) => type.toBuffer(reading),
    decode: (bytes) => type.fromBuffer(bytes),
  };
}

/** What is used of msgpackr. */
interface Msgpackr {
  readonly Packr: new (options: { structures: unknown[] }) => {
    pack(value: unknown): Uint8Array;
    unpack(bytes: Uint8Array): unknown;
  };
}

async function msgpackr(): Promise<Library> {
  const { Packr } = await importRival<Msgpackr>("msgpackr");
  const packr = new Packr({ structures: [] });
  return {
    encode: (reading) => packr.pack(reading).length,
    bytes: (reading) => Uint8Array.from(packr.pack(reading)),
    decode: (bytes) => packr.unpack(bytes) as Reading,
  };
}

/** What is used of protobufjs. */
interface Protobufjs {
  readonly default: {
    readonly util: { Long: unknown };
    configure(): void;
    parse(schema: string): { readonly root: { lookupType(name: string): ProtobufType } };
  };
}
interface ProtobufType {
  encode(value: Reading): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
}

async function protobufjs(): Promise<Library> {
  const protobuf = (await importRival<Protobufjs>("protobufjs")).default;
  // Without it, 64-bit integers are numbers.
  protobuf.util.Long = undefined;
  protobuf.configure();
  const { root } = protobuf.parse(
    `syntax = "proto3"; message Reading { string sensor = 1; double celsius = 2; uint64 at = 3; }`,
  );
  const type = root.lookupType("Reading");
  return {
    encode: (reading) => type.encode(reading).finish().length,
    bytes: (reading) => type.encode(reading).finish(),
    decode: (bytes) => type.decode(bytes) as Reading,
  };
}
