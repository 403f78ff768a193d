// A node that others join a network by. README.md tells how to run it, and how to install it as a service.
import { parseArgs } from "node:util";
import { Network } from "mosaik";
import { secretKeyOf } from "./identity.mjs";

const USAGE = `node main.mjs --network ID [--key FILE] [--listen ADDRESS:PORT] [--peer ID@ADDRESS:PORT]... [--tag TAG]... [--public]
  --network  the network's id: the same text at all its nodes
  --key      where its identity is kept, and made if there is none; default: identity.key
  --listen   where to be reached; default: this machine alone, 127.0.0.1:4433
  --peer     another bootstrap node of the network, as it printed it
  --tag      a label that others see, and can choose nodes by
  --public   uses the public relays and the DHT: for nodes that are not all in reach of each other

$MOSAIK_PROMETHEUS says where Prometheus reads metrics: PORT, for this machine alone, or ADDRESS:PORT`;

/** @throws Error for what cannot be */
function readOptions() {
  const { values } = parseArgs({
    options: {
      network: { type: "string" },
      key: { type: "string", default: "identity.key" },
      listen: { type: "string", default: "127.0.0.1:4433" },
      peer: { type: "string", multiple: true, default: [] },
      tag: { type: "string", multiple: true, default: [] },
      public: { type: "boolean", default: false },
    },
  });
  if (!values.network) throw new Error("--network is missing");
  const { MOSAIK_PROMETHEUS: metrics } = process.env;
  return { ...values, peer: values.peer.map(parsePeer), metrics: metrics ? parseEndpoint(metrics) : undefined };
}

function parsePeer(text) {
  const [, id, addresses] = /^([0-9a-f]{64})@(\S+)$/.exec(text) ?? [];
  if (id === undefined) throw new Error(`--peer takes ID@ADDRESS:PORT, as another node printed it, not ${text}`);
  return { id, directAddrs: addresses.split(",") };
}

function parseEndpoint(text) {
  const [, v6, host = v6, port] = /^(?:(?:\[(\S+)\]|([^\s:]+)):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined || port > 65_535) throw new Error(`MOSAIK_PROMETHEUS takes PORT or ADDRESS:PORT, not ${text}`);
  return { host, port: Number(port) };
}

function optionsOrUsage() {
  try {
    return readOptions();
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Serves metrics for as long as the network is open. */
async function serveMetrics(network, endpoint) {
  const { servePrometheus } = await import("mosaik/prometheus");
  const { url } = await servePrometheus(network, endpoint);
  console.log(`metrics: ${url}`);
}

/** Tells who comes and goes, until the network is closed. */
async function tellPeers({ discovery }) {
  for await (const event of discovery.events()) {
    const known = `${discovery.catalog.peers().length} known`;
    if (event.kind === "peerDiscovered") console.log(`+ ${event.entry.id.short()}, ${known}`);
    else if (event.kind === "peerDeparted") console.log(`- ${event.peer.short()}: ${event.reason}, ${known}`);
  }
}

const options = optionsOrUsage();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

let network;
try {
  network = await Network.join(options.network, {
    secretKey: await secretKeyOf(options.key),
    bindAddrs: [options.listen],
    relay: options.public ? "default" : "none",
    discovery: { bootstrap: options.peer, dht: options.public, tags: options.tag },
    signal: stop.signal,
  });
  stop.signal.addEventListener("abort", () => network.close());
  const { id, addrs } = network.local.address();
  console.log(`joined: --peer ${id.hex}@${addrs.map(({ value }) => value).join(",")}`);
  if (options.metrics) await serveMetrics(network, options.metrics);
  await tellPeers(network);
  const closed = await network.closed;
  if (closed.by === "failure") throw closed.error;
  console.log("left");
} catch (error) {
  if (error !== stop.signal.reason) {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  await network?.close();
}
