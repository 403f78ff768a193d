import type { Endpoint, EndpointAddr } from "@mosaik/iroh";
import { hold, serve } from "../harness/role.js";
import { acceptOne, bind, CREDIT_BYTES } from "./wire.js";

async function echo(endpoint: Endpoint): Promise<void> {
  const connection = hold(await acceptOne(endpoint));
  const { send, recv } = hold(await connection.acceptBi());
  const onChunk = (chunk: Uint8Array): void => {
    send.tryWrite(chunk);
    recv.grant(chunk.length);
  };
  recv.start(onChunk, () => {}, CREDIT_BYTES);
}

const commands = {
  async listen(): Promise<EndpointAddr> {
    const endpoint = hold(await bind());
    void echo(endpoint);
    return endpoint.addr();
  },
};
export type Echo = typeof commands;
serve(commands);
