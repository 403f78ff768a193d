import { normal, type Consumer, type Network, type Producer } from "mosaik";
import { BENCH_TAG, benchOf, CountingMachine, PROBE } from "./names.js";

/** Is the other side of measurements: consumes, answers, and is a member of a group and of a map. */
export class BenchServer implements AsyncDisposable {
  readonly #open: AsyncDisposable[];
  readonly #echoing: Promise<void>;

  constructor(network: Network) {
    const { forth, back, echo, map, groupKey } = benchOf(network.local.id);
    const consumer = forth.consumer(network);
    const producer = back.producer(network, { onlineWhen: (subscribed) => subscribed.minimumOf(0) });
    this.#open = [
      consumer,
      producer,
      echo.handle(network, (request) => request),
      network.groups.join({ key: groupKey, machine: new CountingMachine(normal) }),
      map.writer(network),
    ];
    this.#echoing = sendBack(consumer, producer);
    network.discovery.addTags(BENCH_TAG);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((one) => one[Symbol.asyncDispose]()));
    await this.#echoing;
  }
}

async function sendBack(consumer: Consumer<Uint8Array>, producer: Producer<Uint8Array>): Promise<void> {
  for await (const datums of consumer.batches()) {
    for (const datum of datums) if (datum[0] === PROBE) await producer.send(datum);
  }
}
