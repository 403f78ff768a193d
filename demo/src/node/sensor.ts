import type { Network, Producer } from "mosaik";
import { setTimeout as delay } from "node:timers/promises";
import { openGauge } from "../machine/gauges.js";
import { Readings, type Reading } from "../readings.js";
import { addressOf, waitForWayIn } from "./join.js";
import type { NodeConfig } from "./messages.js";
import { report } from "./parent.js";

type SensorConfig = Extract<NodeConfig, { role: "sensor" }>;

/** Measures and sends until it is stopped, then hands over what is on its way. */
export async function runSensor(network: Network, config: SensorConfig, stop: AbortSignal): Promise<void> {
  const gauge = openGauge(config.gauge, performance.now());
  const producer = Readings.producer(network);
  await waitForWayIn(network, config, stop);
  report({ kind: "joined", address: addressOf(network) });
  const subscribers = new SubscriberWatch(producer);
  const startMs = performance.now();
  for (let seq = 1; !stop.aborted; seq++) {
    const nowMs = performance.now();
    const measured = gauge.measure(nowMs);
    const reading = { sensor: config.name, ...measured[(seq - 1) % measured.length]!, seq, at_ms: Date.now() };
    subscribers.tell(seq);
    report({ kind: "produced", seq });
    // Queued within the call, unless a consumer's queue is full: who is subscribed now will get it.
    await producer.send(reading);
    const nextMs = startMs + (seq * 1000) / config.rateHz;
    await delay(Math.max(0, nextMs - performance.now()), undefined, { signal: stop }).catch(() => {});
  }
  await producer.close();
  report({ kind: "drained" });
}

/** Tells of every subscriber, at its first reading. */
class SubscriberWatch {
  readonly #producer: Producer<Reading>;
  #known = new Set<string>();

  constructor(producer: Producer<Reading>) {
    this.#producer = producer;
  }

  /** @param nextSeq the reading that is sent next */
  tell(nextSeq: number): void {
    const present = new Set(this.#producer.consumers().map(({ consumerId }) => consumerId.hex));
    for (const viewer of present) {
      if (!this.#known.has(viewer)) report({ kind: "subscribed", viewer, fromSeq: nextSeq });
    }
    this.#known = present;
  }
}
