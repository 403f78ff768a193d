/** Calls process.exit in the middle of everything. */
import { talk } from "./support.mjs";

const { near, far } = await talk({ bindAddrs: ["127.0.0.1:0"] });
const send = await near.openUni();
const block = new Uint8Array(65_536);
const fill = async () => {
  for (;;) {
    send.tryWrite(block);
    await send.drained();
  }
};
void fill();
const recv = await far.acceptUni();
let chunks = 0;
recv.start(
  (chunk) => {
    recv.grant(chunk.length);
    if (++chunks === 20) process.exit(0);
  },
  () => {},
  1_048_576,
);
