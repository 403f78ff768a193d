// Services that call each other's functions. README.md tells how to run it.
import { parseArgs } from "node:util";
import { versionTag } from "./functions.mjs";
import { joinNetwork, parsePeer } from "./network.mjs";
import { load, orders, price } from "./roles.mjs";

const ROLES = { price, orders, load };
const USAGE = `node main.mjs ROLE [--network ID] [--peer ID@ADDRESS:PORT]... [--listen ADDRESS:PORT] [--version NUMBER] [--faulty]
  ROLE       price: says what things cost; orders: takes orders; load: places orders
  --network  the same text at all processes; default: service-mesh
  --peer     a process to join by, as it printed it; none for the first
  --listen   where to be reached; default: this machine alone, 127.0.0.1:0
  --version  of the price service: 1 or 2; default: 1
  --faulty   makes the price service fail`;

/** @throws Error for what cannot be */
function readOptions() {
  const options = {
    network: { type: "string", default: "service-mesh" },
    peer: { type: "string", multiple: true, default: [] },
    listen: { type: "string", default: "127.0.0.1:0" },
    version: { type: "string", default: "1" },
    faulty: { type: "boolean", default: false },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [role, ...rest] = positionals;
  if (!Object.hasOwn(ROLES, role ?? "") || rest.length > 0) throw new Error("say one role: price, orders or load");
  if (values.network === "") throw new Error("--network is empty");
  if (!/^[12]$/.test(values.version)) throw new Error("--version is 1 or 2");
  return { ...values, role, peers: values.peer.map(parsePeer), version: Number(values.version) };
}

function optionsOrUsage() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { role, network: networkId, peers, listen, ...options } = optionsOrUsage();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

let network;
try {
  const tags = role === "price" ? [versionTag(options.version)] : [];
  network = await joinNetwork(networkId, { peers, listen, tags }, stop.signal);
  await ROLES[role](network, options, stop.signal);
} catch (error) {
  if (error !== stop.signal.reason) {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  await network?.close();
}
if (process.exitCode === undefined) console.log("left");
