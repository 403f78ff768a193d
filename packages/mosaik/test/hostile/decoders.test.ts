import { DecodeError, type Codec } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { catalogSnapshotCodec, pingRequestCodec } from "../../src/discovery/index.js";
import { FrameDecoder, FrameTooLarge, signedPeerEntryCodec, writeFrameHeader } from "../../src/network/index.js";
import { Digest, fromHex, toHex } from "../../src/primitives/index.js";
import { streamHandshakeCodec } from "../../src/streams/index.js";
import { loadCases } from "../vectors/load.js";

/** Mutations per decoder; 10^6 in the full run, `npm run test:hostile`. */
const mutations = Number(process.env["MOSAIK_HOSTILE"] ?? 1e4);
const seed = Number(process.env["MOSAIK_SEED"] ?? 1);
const timeoutMs = 30_000 + mutations / 10;

const entries = loadCases<{ kind: string; signed: string }>("peer-entry.json")
  .filter(({ kind }) => kind === "entry")
  .map(({ signed }) => signedPeerEntryCodec.decode(fromHex(signed)!));

function inputsOf<T>(codec: Codec<T>, values: T[]): { codec: Codec<unknown>; inputs: Uint8Array[] } {
  return { codec: codec, inputs: values.map((value) => codec.encode(value)) };
}

const decoders = {
  "signed entry": inputsOf(signedPeerEntryCodec, entries),
  "catalog snapshot": inputsOf(catalogSnapshotCodec, [[], entries.slice(0, 1), entries]),
  "ping request": inputsOf(pingRequestCodec, [undefined]),
  "stream handshake": inputsOf(streamHandshakeCodec, [{ network: Digest.from("n"), stream: Digest.from("s") }]),
};

/** Bytes in use after a collection. */
function heapBytes(): number {
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** As many messages as one turn of the event loop may bring. Interned ids live at least until the end of the turn. */
const TURN = 256;

/** Runs the mutations and compares the memory in use after the first tenth with that at the end. */
async function bombard(inputs: readonly Uint8Array[], receive: (input: Uint8Array) => void): Promise<void> {
  const random = seededRandom(seed);
  let afterFirstTenth = Infinity;
  for (let i = 0; i < mutations; i++) {
    const input = mutate(inputs[i % inputs.length]!, random);
    try {
      receive(input);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${toHex(input)}`, { cause });
    }
    if (i % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    if (i === Math.floor(mutations / 10)) afterFirstTenth = heapBytes();
  }
  expect(heapBytes()).toBeLessThanOrEqual(afterFirstTenth + 20e6);
}

describe(`${mutations} mutated messages, seed ${seed}`, () => {
  it.each(Object.entries(decoders))(
    "%s: typed errors only",
    async (_name, { codec, inputs }) => {
      await bombard(inputs, (input) => {
        try {
          const value = codec.decode(input);
          // What is accepted has a canonical form that means itself.
          const canonical = codec.encode(value);
          expect(toHex(codec.encode(codec.decode(canonical)))).toBe(toHex(canonical));
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      });
    },
    timeoutMs,
  );

  it(
    "frames: typed errors only, and nothing beyond the input is held",
    async () => {
      const payload = new Uint8Array(100);
      const frame = new Uint8Array(104);
      writeFrameHeader(frame, 0, payload.length);
      await bombard([frame, Buffer.concat([frame, frame.subarray(0, 50)])], (input) => {
        const decoder = new FrameDecoder(1024);
        try {
          for (let at = 0; at < input.length; at += 33) {
            decoder.push(input.subarray(at, at + 33), (bytes, start, end) => {
              expect(end - start).toBeLessThanOrEqual(1024);
              expect(end).toBeLessThanOrEqual(bytes.length);
            });
          }
        } catch (error) {
          if (!(error instanceof FrameTooLarge)) throw error;
        }
      });
    },
    timeoutMs,
  );
});
