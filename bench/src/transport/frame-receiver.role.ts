import type { EndpointAddr } from "@mosaik/iroh";
import { hold, serve } from "../harness/role.js";
import { Arrivals } from "../harness/arrivals.js";
import { acceptOne, bind, CREDIT_BYTES, HEADER_BYTES } from "./wire.js";

const arrivals = new Arrivals();
/** Bytes of the present frame that are still to come; its header is gathered byte by byte where it is cut. */
let missing = 0;
let header = 0;
let headerBytes = 0;
let payloadBytes = 0;

function count(chunk: Uint8Array): void {
  let frames = 0;
  let offset = 0;
  const end = chunk.length;
  while (offset < end) {
    if (missing === 0) {
      header = ((header << 8) | chunk[offset++]!) >>> 0;
      if (++headerBytes < HEADER_BYTES) continue;
      if (header !== payloadBytes) throw new Error(`a frame of ${header} bytes instead of ${payloadBytes}`);
      missing = header;
      header = 0;
      headerBytes = 0;
    }
    const step = Math.min(missing, end - offset);
    offset += step;
    missing -= step;
    if (missing === 0) frames++;
  }
  arrivals.add(frames);
}

async function receiveFrom(endpoint: Awaited<ReturnType<typeof bind>>): Promise<void> {
  const connection = hold(await acceptOne(endpoint));
  const { recv } = hold(await connection.acceptBi());
  const onChunk = (chunk: Uint8Array): void => {
    count(chunk);
    recv.grant(chunk.length);
  };
  recv.start(onChunk, () => {}, CREDIT_BYTES);
}

const commands = {
  async listen(payload: number): Promise<EndpointAddr> {
    payloadBytes = payload;
    const endpoint = hold(await bind());
    void receiveFrom(endpoint);
    return endpoint.addr();
  },
  expect: (frames: number) => arrivals.expect(frames),
};
export type FrameReceiver = typeof commands;
serve(commands);
