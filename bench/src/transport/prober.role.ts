import type { BiStream, EndpointAddr } from "@mosaik/iroh";
import { hold, serve } from "../harness/role.js";
import { percentile } from "../statistics.js";
import { bind, CREDIT_BYTES, dial } from "./wire.js";

const MESSAGE_BYTES = 64;

let stream: BiStream;
let onEcho = (): void => {};

const commands = {
  async connect(addr: EndpointAddr): Promise<void> {
    const endpoint = hold(await bind());
    const connection = hold(await dial(endpoint, addr));
    stream = hold(await connection.openBi());
    let arrived = 0;
    const onChunk = (chunk: Uint8Array): void => {
      stream.recv.grant(chunk.length);
      arrived += chunk.length;
      if (arrived < MESSAGE_BYTES) return;
      arrived = 0;
      onEcho();
    };
    stream.recv.start(onChunk, () => {}, CREDIT_BYTES);
  },
  /** Sends messages one after the other, each when the one before is back. Times in microseconds. */
  async probe(count: number): Promise<{ p50: number; p99: number }> {
    const message = new Uint8Array(MESSAGE_BYTES);
    const tripsMicros: number[] = [];
    await new Promise<void>((resolve) => {
      let sentMs = 0;
      const send = (): void => {
        sentMs = performance.now();
        stream.send.tryWrite(message);
      };
      onEcho = () => {
        tripsMicros.push((performance.now() - sentMs) * 1000);
        if (tripsMicros.length === count) resolve();
        else send();
      };
      send();
    });
    return { p50: percentile(tripsMicros, 0.5), p99: percentile(tripsMicros, 0.99) };
  },
};
export type Prober = typeof commands;
serve(commands);
