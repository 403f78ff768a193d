// How a process comes into the network, and how others come in by it.
import { Network } from "mosaik";

/** How long a peer may take to answer, in ms. */
const ANSWER_MS = 5000;

/** A way in, as a process prints it. @throws Error */
export function parsePeer(text) {
  const [, id, addresses] = /^([0-9a-f]{64})@(\S+)$/.exec(text) ?? [];
  if (id === undefined) throw new Error(`--peer takes ID@ADDRESS:PORT, as another process printed it, not ${text}`);
  return { id, directAddrs: addresses.split(",") };
}

/**
 * Joins, on this machine alone unless `listen` says otherwise, and tells how others can join.
 *
 * @throws Error if none of the peers is in this network, with what is known of why
 */
export async function joinNetwork(id, { peers, listen, tags = [] }, signal) {
  const network = await Network.join(id, {
    relay: "none",
    bindAddrs: [listen],
    discovery: { bootstrap: peers, tags, dht: false },
    signal,
  });
  try {
    if (peers.length > 0) await meetOneOf(network, peers, signal);
  } catch (error) {
    await network.close();
    throw error;
  }
  const { id: self, addrs } = network.local.address();
  console.log(`joined: --peer ${self.hex}@${addrs.map(({ value }) => value).join(",")}`);
  return network;
}

async function meetOneOf(network, peers, signal) {
  const { catalog } = network.discovery;
  const answer = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  try {
    await catalog.when(() => peers.some(({ id }) => catalog.get(id) !== undefined)).toPromise({ signal: answer });
  } catch {
    signal.throwIfAborted();
    const diagnoses = await Promise.all(peers.map((peer) => network.discovery.diagnose(peer)));
    const findings = diagnoses.map(({ peer, findings }) => `${peer.short()}: ${findings.join(" ")}`);
    throw new Error(["no peer could be joined", ...findings].join("\n  "));
  }
}
