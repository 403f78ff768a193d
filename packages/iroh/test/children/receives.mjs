/**
 * Receives as many MiB as each argument says, one after the other, and closes its endpoints. Before the first, after each, and at the end V8
 * prints what it counts. To be run with `--expose-gc`.
 */
import { setFlagsFromString } from "node:v8";
import { talk } from "./support.mjs";

const MIB = 1024 * 1024;
const { dialler, acceptor, near, far } = await talk({ bindAddrs: ["127.0.0.1:0"] });
const piece = new Uint8Array(256 * 1024);
const { send } = await near.openBi();
send.tryWrite(Uint8Array.of(0));
const { recv } = await far.acceptBi();
let arrivedBytes = 0;
let onArrival = () => {};
recv.start(
  (chunk) => {
    arrivedBytes += chunk.length;
    recv.grant(chunk.length);
    onArrival();
  },
  () => {},
  MIB,
);

async function receive(bytes) {
  const wanted = arrivedBytes + bytes;
  const arrived = new Promise((resolve) => (onArrival = () => arrivedBytes >= wanted && resolve()));
  for (let sent = 0; sent < bytes;) {
    const taken = send.tryWrite(piece.subarray(0, Math.min(piece.length, bytes - sent)));
    sent += taken;
    if (taken === 0) await send.drained();
  }
  await arrived;
}

/** Buffers are freed beside the program, and V8 hears of it some turns later. */
async function settle() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function tell() {
  await settle();
  for (const flag of ["trace-gc", "trace-gc-verbose"]) setFlagsFromString(`--${flag}`);
  globalThis.gc();
  for (const flag of ["trace-gc", "trace-gc-verbose"]) setFlagsFromString(`--no-${flag}`);
}

await tell();
for (const argument of process.argv.slice(2)) {
  await receive(Number(argument) * MIB);
  await tell();
}
await Promise.all([dialler.close(), acceptor.close()]);
await tell();
