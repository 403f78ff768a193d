import { hold, serve } from "../harness/role.js";
import { BLOCK_BYTES } from "../mosaik/datums.js";
import { createNode, parseMultiaddr, PROTOCOL, type Libp2pStream } from "./libp2p-node.js";

const block = new Uint8Array(BLOCK_BYTES).fill(7);
let stream: Libp2pStream;

const commands = {
  async connect(address: string): Promise<void> {
    const node = hold(await createNode());
    stream = hold(await node.dialProtocol(await parseMultiaddr(address), PROTOCOL));
  },
  async send(count: number): Promise<void> {
    for (let i = 0; i < count; i++) if (!stream.send(block)) await stream.onDrain();
  },
};
export type Libp2pSender = typeof commands;
serve(commands);
