/** Worker threads end while signatures are verified for them: whoever is left gets its own verdicts. */
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { publicKey, sign, verifyBatch } from "../../dist/index.js";

const secret = new Uint8Array(32).fill(1);
const message = new Uint8Array(3);
const item = { publicKey: publicKey(secret), message, signature: sign(secret, message) };
if (isMainThread) {
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(new URL(import.meta.url));
    await once(worker, "message");
    await worker.terminate();
  }
  console.log(JSON.stringify(await verifyBatch([item])));
} else {
  for (let i = 0; i < 20; i++) void verifyBatch(Array(64).fill(item));
  parentPort.postMessage("verifying");
}
