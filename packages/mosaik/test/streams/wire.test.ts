import { t, Writer } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { appendFrame } from "../../src/network/index.js";
import { Digest } from "../../src/primitives/index.js";
import { streamHandshakeCodec } from "../../src/streams/index.js";

/** The bytes of spec 04 §3.1, seen live in both roles. */
const NETWORK = "811717648744df4f18656c5f4a833b7b09a90be78205a0e0eeff8b9dbb0202fe";
const STREAM = "f3a04d03a1259dbdf786ffaf8c7a85c6287d9c14a144d67af59f4c2730fb26fb";

const network = Digest.from("demo");
const stream = Digest.from("demo::PriceUpdate");

function framed<T>(codec: Parameters<typeof appendFrame<T>>[1], value: T): string {
  const writer = new Writer();
  appendFrame(writer, codec, value);
  return Buffer.from(writer.take()).toString("hex");
}

describe("streams on the wire of Rust", () => {
  it("a handshake, and the answer to it, are the two ids: empty criteria are no bytes", () => {
    expect(framed(streamHandshakeCodec, { network, stream })).toBe(`00000040${NETWORK}${STREAM}`);
  });

  it("what stands behind a handshake is none of ours, and is passed over", () => {
    for (const behind of ["", "00", "ffff", "6d747331", "6d74733105630301"]) {
      const bytes = Buffer.from(NETWORK + STREAM + behind, "hex");
      expect(streamHandshakeCodec.decode(bytes), behind).toEqual({ network, stream });
    }
  });

  it("to be resumed is asked for behind what Rust reads", () => {
    const asked = framed(streamHandshakeCodec, { network, stream, resume: { after: { epoch: 7n, sequence: 5 } } });
    expect(asked.slice(8, 8 + 128)).toBe(NETWORK + STREAM);
    expect(asked.slice(8 + 128, 8 + 128 + 8)).toBe("6d747331");
  });

  it("a datum is its frame", () => {
    expect(framed(t.newtype("all::Data1", t.string), "test")).toBe("000000050474657374");
  });
});
