import { hold, serve } from "../harness/role.js";
import { Arrivals } from "../harness/arrivals.js";
import { BLOCK_BYTES } from "../mosaik/datums.js";
import { createNode, PROTOCOL } from "./libp2p-node.js";

const arrivals = new Arrivals();
/** Bytes of the present block that have arrived. */
let partial = 0;

const commands = {
  async listen(): Promise<string> {
    const node = hold(await createNode());
    await node.handle(PROTOCOL, (stream) => {
      hold(stream).addEventListener("message", ({ data }) => {
        partial += data.byteLength;
        arrivals.add(Math.floor(partial / BLOCK_BYTES));
        partial %= BLOCK_BYTES;
      });
    });
    return node.getMultiaddrs()[0]!.toString();
  },
  expect: (count: number) => arrivals.expect(count),
};
export type Libp2pReceiver = typeof commands;
serve(commands);
