// A queue of jobs that workers share. README.md tells how to run it.
import { parseArgs } from "node:util";
import { joinNetwork, parsePeer } from "./network.mjs";
import { JobQueue } from "./queue.mjs";
import { producer, worker } from "./roles.mjs";

const ROLES = { worker, producer };
const USAGE = `node main.mjs ROLE [--queue NAME] [--peer ID@ADDRESS:PORT]... [--listen ADDRESS:PORT] [--jobs COUNT]
  ROLE      worker or producer
  --queue   which queue; default: work. Whoever knows the name can come in
  --peer    a process to join by, as it printed it; none for the first
  --listen  where to be reached; default: this machine alone, 127.0.0.1:0
  --jobs    how many jobs a producer adds; default: 30`;

/** @throws Error for what cannot be */
function readOptions() {
  const options = {
    queue: { type: "string", default: "work" },
    peer: { type: "string", multiple: true, default: [] },
    listen: { type: "string", default: "127.0.0.1:0" },
    jobs: { type: "string", default: "30" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [role, ...rest] = positionals;
  if (!Object.hasOwn(ROLES, role ?? "") || rest.length > 0) throw new Error("say one role: worker or producer");
  if (values.queue === "") throw new Error("--queue is empty");
  if (!/^[1-9]\d{0,4}$/.test(values.jobs)) throw new Error("--jobs is a number from 1 to 99999");
  return { ...values, role, peers: values.peer.map(parsePeer), jobs: Number(values.jobs) };
}

function optionsOrUsage() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { role, queue: name, peers, listen, jobs } = optionsOrUsage();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

let network;
try {
  network = await joinNetwork(`job-queue.${name}`, { peers, listen }, stop.signal);
  const queue = new JobQueue(network, name);
  await queue.open(stop.signal);
  console.log("ready");
  await ROLES[role](queue, { jobs }, stop.signal);
} catch (error) {
  if (error !== stop.signal.reason) {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  await network?.close();
}
if (process.exitCode === undefined) console.log("left");
