/** A reader that throws: the exception reaches the process, and no other reader loses anything. */
import { talk } from "./support.mjs";

const thrown = new Promise((resolve) =>
  process.on("uncaughtException", (error) => resolve(console.log(error.message))),
);
const { dialler, acceptor, near, far } = await talk({ bindAddrs: ["127.0.0.1:0"] });
const sends = [await near.openUni(), await near.openUni()];
for (const send of sends) {
  send.tryWrite(Uint8Array.of(1, 2, 3));
  send.finish();
}
const [broken, whole] = [await far.acceptUni(), await far.acceptUni()];
broken.start(
  () => {
    throw new Error("thrown by onChunk");
  },
  () => {},
  3,
);
await new Promise((resolve) => whole.start((chunk) => console.log(`${chunk.length} bytes`), resolve, 3));
await thrown; // streams are in no order
await Promise.all([dialler.close(), acceptor.close()]);
