/** A worker thread ends with an open endpoint: its peer hears of it, and the process goes on. */
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { alpn, bind } from "./support.mjs";

const endpoint = await bind({ bindAddrs: ["127.0.0.1:0"] });
if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  const [addr] = await once(worker, "message");
  const connection = await endpoint.dial(addr, [alpn]);
  const { send } = await connection.openBi();
  while (send.tryWrite(new Uint8Array(65_536)) > 0); // the worker is under load
  await once(worker, "message");
  await worker.terminate();
  console.log(JSON.stringify((await connection.closed).by));
  await endpoint.close();
} else {
  parentPort.postMessage(endpoint.addr());
  const connection = await endpoint.accept();
  const { recv } = await connection.acceptBi();
  recv.start(
    () => parentPort.postMessage("reading"),
    () => {},
    262_144,
  );
}
