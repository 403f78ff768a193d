import { t, type Codec } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { stream } from "../../src/streams/index.js";
import { createWorld } from "../../src/testing/index.js";
import { Nodes } from "../nodes.js";
import { loadCases } from "../vectors/load.js";

const PriceUpdate = t.struct("demo::PriceUpdate", { symbol: t.string, price: t.u64 });

/** The datum types of the vectors, as we write them; their ids follow from their names. */
const codecs: Codec<never>[] = [
  t.string,
  t.u64,
  t.vec(t.u8),
  t.bytes,
  t.struct("demo::SensorReading", { id: t.u32, label: t.string }),
  PriceUpdate,
  t.tuple(t.u64, t.string),
  t.option(t.string),
  t.newtype("demo::Wrapper", t.u64, { generics: [t.u64] }),
  t.fixedBytes(32),
] as unknown as Codec<never>[];

interface StreamCase {
  name: string;
  id?: string;
  typeName?: string;
  advertised?: string[];
}

const cases = loadCases<StreamCase>("streams.json");

describe("stream ids, vectors of a running Rust node", () => {
  /** The id under which a node of ours produces. */
  async function producedId<T>(codec: Codec<T>, options: { streamId?: string } = {}): Promise<string> {
    const nodes = new Nodes(createWorld("simulated", { seed: 1 }));
    const { streamId } = (await nodes.join("n0")).streams.produce(codec, options);
    await nodes.close();
    return streamId.hex;
  }
  const vector = (name: string): string => cases.find((c) => c.name === name)!.id!;

  it.each(cases.filter(({ typeName }) => typeName !== undefined))("$name", async ({ typeName, id }) => {
    const codec = codecs.find(({ rustName }) => rustName === typeName);
    expect(codec, `no codec of ours is named ${typeName}`).toBeDefined();
    expect(await producedId(codec!)).toBe(id);
  });

  it.each(["oracle.price", "0123456789abcdef".repeat(4)])("with_stream_id(%j)", async (streamId) => {
    expect(await producedId(t.string, { streamId })).toBe(vector(`with_stream_id("${streamId}")`));
  });

  it("stream!", async () => {
    expect(await producedId(PriceUpdate)).toBe(vector("stream!(Telemetry = PriceUpdate)"));
    const named = stream("named.stream", t.string);
    expect(named.streamId?.hex).toBe(vector('stream!(NamedStream = String, "named.stream")'));
  });

  it("are advertised in ascending order", async () => {
    const { advertised } = cases.find((c) => c.advertised !== undefined)!;
    const nodes = new Nodes(createWorld("simulated", { seed: 1 }));
    const node = await nodes.join("n0");
    for (const streamId of [...advertised!].reverse()) node.streams.produce(t.unit, { streamId });
    expect([...node.discovery.me().entry.streams].map(({ hex }) => hex)).toEqual(advertised);
    await nodes.close();
  });
});
