import type { EndpointAddr, SendStream } from "@mosaik/iroh";
import { hold, serve } from "../harness/role.js";
import { bind, dial, HEADER_BYTES } from "./wire.js";

/** Frames are handed over in pieces of about this size, as the streams of Mosaik do. */
const BATCH_BYTES = 128 * 1024;

let streams: readonly SendStream[];
let payload: Uint8Array;

/** Gives every stream the same bytes, and waits for those that have no room. */
async function writeToAll(bytes: Uint8Array): Promise<void> {
  const full = streams.flatMap((stream) => {
    const taken = stream.tryWrite(bytes);
    return taken === bytes.length ? [] : [write(stream, bytes.subarray(taken))];
  });
  if (full.length > 0) await Promise.all(full);
}

async function write(stream: SendStream, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  do {
    await stream.drained();
    rest = rest.subarray(stream.tryWrite(rest));
  } while (rest.length > 0);
}

const commands = {
  /** @param addrs the receivers; each gets every frame */
  async connect({ addrs, payloadBytes }: { addrs: readonly EndpointAddr[]; payloadBytes: number }): Promise<void> {
    const endpoint = hold(await bind());
    const connections = hold(await Promise.all(addrs.map((addr) => dial(endpoint, addr))));
    streams = hold(await Promise.all(connections.map((connection) => connection.openBi()))).map(({ send }) => send);
    payload = new Uint8Array(payloadBytes).fill(1);
  },
  /** Writes frames one by one into batches, and those to every stream. */
  async send(frames: number): Promise<void> {
    const frameBytes = HEADER_BYTES + payload.length;
    const batch = Buffer.alloc(frameBytes * Math.max(1, Math.floor(BATCH_BYTES / frameBytes)));
    let offset = 0;
    for (let i = 0; i < frames; i++) {
      batch.writeUInt32BE(payload.length, offset);
      batch.set(payload, offset + HEADER_BYTES);
      offset += frameBytes;
      if (offset === batch.length) {
        await writeToAll(batch);
        offset = 0;
      }
    }
    if (offset > 0) await writeToAll(batch.subarray(0, offset));
  },
};
export type FrameSender = typeof commands;
serve(commands);
