// An order book that several processes keep together. README.md tells how to run it.
import { parseArgs } from "node:util";
import { joinNetwork, parsePeer } from "./network.mjs";
import { matcher, observer, trader } from "./roles.mjs";

const ROLES = { matcher, trader, observer };
const USAGE = `node main.mjs ROLE --network ID [--peer ID@ADDRESS:PORT]... [--listen ADDRESS:PORT] [--name NAME]
  ROLE       matcher, trader or observer; matchers and observers need ORDER_BOOK_SECRET in the environment
  --network  the same text at all processes
  --peer     a process to join by, as it printed it; none for the first
  --listen   where to be reached; default: this machine alone, 127.0.0.1:0
  --name     a trader's name`;

/** @throws Error for what cannot be */
function readOptions() {
  const options = {
    network: { type: "string" },
    peer: { type: "string", multiple: true, default: [] },
    listen: { type: "string", default: "127.0.0.1:0" },
    name: { type: "string" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [role, ...rest] = positionals;
  if (!Object.hasOwn(ROLES, role ?? "") || rest.length > 0)
    throw new Error("say one role: matcher, trader or observer");
  if (!values.network) throw new Error("--network is missing");
  const isTrader = role === "trader";
  if (isTrader && !/^[\w-]{1,32}$/.test(values.name ?? ""))
    throw new Error("a trader needs a --name of letters, digits, - and _");
  const secret = process.env.ORDER_BOOK_SECRET;
  if (!isTrader && !/^[0-9a-f]{64}$/.test(secret ?? ""))
    throw new Error("ORDER_BOOK_SECRET must be 64 hexadecimal digits");
  return {
    role,
    network: values.network,
    peers: values.peer.map(parsePeer),
    listen: values.listen,
    name: values.name,
    secret,
  };
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
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort());

let network;
try {
  network = await joinNetwork(networkId, { peers, listen }, stop.signal);
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
