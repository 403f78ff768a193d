// A node of the service. README.md tells how to run it.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { joinNetwork, parsePeer } from "./network.mjs";
import { Seats } from "./seats.mjs";

const USAGE = `node main.mjs [--peer ID@ADDRESS:PORT]... [--listen ADDRESS:PORT]
  --peer    a node to join by, as it printed it; none for the first
  --listen  where to be reached; default: this machine alone, 127.0.0.1:0
SEATS_SECRET in the environment: 64 hexadecimal digits, the same at all nodes`;

/** @throws Error for what cannot be */
function readOptions() {
  const options = {
    peer: { type: "string", multiple: true, default: [] },
    listen: { type: "string", default: "127.0.0.1:0" },
  };
  const { peer, listen } = parseArgs({ options }).values;
  const secret = process.env.SEATS_SECRET;
  if (!/^[0-9a-f]{64}$/.test(secret ?? "")) throw new Error("SEATS_SECRET must be 64 hexadecimal digits");
  return { peers: peer.map(parsePeer), listen, secret };
}

function optionsOrUsage() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Books a seat for each line of input. Ends with it. */
async function bookLines(seats, signal) {
  for await (const line of createInterface({ input: process.stdin, signal })) {
    const [, seat, name] = /^\s*(\d+[A-Z])\s+(\w{1,32})\s*$/.exec(line) ?? [];
    if (seat === undefined) console.log(`not understood: ${line}. A booking is: 1A ada`);
    else if (await seats.book(seat, name, signal)) console.log(`${name} has ${seat}`);
    else console.log(`${seat} is taken, by ${seats.taken.get(seat)}`);
  }
}

const { peers, listen, secret } = optionsOrUsage();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

let network;
try {
  network = await joinNetwork("seats", { peers, listen }, stop.signal);
  const seats = new Seats(network, { secret });
  await seats.ready(stop.signal);
  console.log("ready: type a seat and a name, as in 1A ada");
  await bookLines(seats, stop.signal);
} catch (error) {
  if (error !== stop.signal.reason) {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  await network?.close();
}
if (process.exitCode === undefined) console.log("left");
