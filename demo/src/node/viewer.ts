import { Digest, type Consumer, type Network, type PeerId } from "mosaik";
import { Readings, sensorTag, type Reading } from "../readings.js";
import { Board, type PeerState } from "../view/board.js";
import { addressOf, waitForWayIn } from "./join.js";
import type { NodeConfig } from "./messages.js";
import { report } from "./parent.js";

const TABLE_INTERVAL_MS = 200;

/**
 * Receives the readings of every sensor that it discovers until it is stopped.
 *
 * @param startMs when it began to join, by the monotonic clock
 */
export async function runViewer(
  network: Network,
  config: NodeConfig,
  stop: AbortSignal,
  startMs: number,
): Promise<void> {
  const discovering = reportDiscoveries(network);
  const consumer = Readings.consumer(network);
  stop.addEventListener("abort", () => void consumer.close());
  const board = new Board();
  const peers = new PeerWatch(network, consumer);
  const table = setInterval(() => {
    report({ kind: "table", lines: board.lines(performance.now(), (sensor) => peers.stateOf(sensor)) });
  }, TABLE_INTERVAL_MS);
  const receiving = receive(consumer, board, startMs);
  await waitForWayIn(network, config, stop);
  report({ kind: "joined", address: addressOf(network) });
  await receiving;
  clearInterval(table);
  await network.close();
  await discovering;
}

async function receive(consumer: Consumer<Reading>, board: Board, startMs: number): Promise<void> {
  let isFirst = true;
  for (;;) {
    const batch = await nextBatch(consumer);
    if (batch.length === 0) return;
    const nowMs = performance.now();
    if (isFirst) report({ kind: "firstItem", sensor: batch[0]!.sensor, afterMs: nowMs - startMs });
    isFirst = false;
    report({ kind: "received", readings: batch.map(({ sensor, seq }) => [sensor, seq] as const) });
    for (const reading of batch) board.add(reading, nowMs, Date.now());
  }
}

/** Everything that is there, one reading at least; nothing once the consumer is closed and empty. */
async function nextBatch(consumer: Consumer<Reading>): Promise<Reading[]> {
  const batch: Reading[] = [];
  const first = await consumer.recv();
  if (first !== undefined) batch.push(first);
  for (let more = consumer.tryRecv(); more !== undefined; more = consumer.tryRecv()) batch.push(more.datum);
  return batch;
}

/** Ends with the network. */
async function reportDiscoveries(network: Network): Promise<void> {
  for await (const event of network.discovery.events()) {
    if (event.kind === "peerDiscovered") report({ kind: "discovered", peer: event.entry.id.hex });
  }
}

/** Knows the peers behind the sensors' names, by their tags, also those that are gone; and how our subscriptions stand. */
class PeerWatch {
  readonly #network: Network;
  readonly #consumer: Consumer<Reading>;
  readonly #known = new Map<string, PeerId>();

  constructor(network: Network, consumer: Consumer<Reading>) {
    this.#network = network;
    this.#consumer = consumer;
  }

  stateOf(sensor: string): PeerState | undefined {
    const peer = this.#known.get(sensor) ?? this.#find(sensor);
    if (peer === undefined) return undefined;
    this.#known.set(sensor, peer);
    const channel = this.#consumer.producers().find(({ producerId }) => producerId === peer);
    return { peer: peer.short(), state: channel?.state ?? "gone" };
  }

  #find(sensor: string): PeerId | undefined {
    const tag = Digest.from(sensorTag(sensor));
    return this.#network.discovery.catalog.peers().find(({ entry }) => entry.tags.has(tag))?.entry.id;
  }
}
