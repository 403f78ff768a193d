import type { EndpointAddr, SendStream } from "@mosaik/iroh";
import { hold, serve } from "../harness/role.js";
import { bind, dial, HEADER_BYTES } from "./wire.js";

/** Frames are handed over in pieces of about this size, as the streams of Mosaik do. */
const BATCH_BYTES = 128 * 1024;

let stream: SendStream;
let payload: Uint8Array;

async function write(bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  for (;;) {
    const taken = stream.tryWrite(rest);
    if (taken === rest.length) return;
    rest = rest.subarray(taken);
    await stream.drained();
  }
}

const commands = {
  async connect({ addr, payloadBytes }: { addr: EndpointAddr; payloadBytes: number }): Promise<void> {
    const endpoint = hold(await bind());
    const connection = hold(await dial(endpoint, addr));
    stream = hold(await connection.openBi()).send;
    payload = new Uint8Array(payloadBytes).fill(1);
  },
  /** Writes frames one by one into batches, and those to the stream. */
  async send(frames: number): Promise<void> {
    const frameBytes = HEADER_BYTES + payload.length;
    const batch = Buffer.alloc(frameBytes * Math.max(1, Math.floor(BATCH_BYTES / frameBytes)));
    let offset = 0;
    for (let i = 0; i < frames; i++) {
      batch.writeUInt32BE(payload.length, offset);
      batch.set(payload, offset + HEADER_BYTES);
      offset += frameBytes;
      if (offset === batch.length) {
        await write(batch);
        offset = 0;
      }
    }
    if (offset > 0) await write(batch.subarray(0, offset));
  },
};
export type FrameSender = typeof commands;
serve(commands);
