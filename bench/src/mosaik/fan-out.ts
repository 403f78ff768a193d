import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import { loadOf, throughput } from "../harness/throughput.js";
import type { ConsumerRole } from "./consumer.role.js";
import type { ProducerRole } from "./producer.role.js";

const NETWORK = "bench";

/**
 * A stream of readings from one node to several, each in a process of its own: deliveries a second in total. Each datum must have been
 * encoded once, whatever the number of consumers.
 */
export function mosaikFanOut(consumers: number): Contender {
  return {
    name: "mosaik-ts",
    setup:
      `native addon in release build; QUIC with TLS 1.3; 1 to ${consumers}, each in a process of its own, direct over loopback, ` +
      "no relay; every datum checked by every consumer",
    requires: [],
    open: () => open(consumers),
  };
}

async function open(count: number): Promise<Session> {
  const producer = Child.start<ProducerRole>(new URL("producer.role.js", import.meta.url));
  const consumers = Array.from({ length: count }, () =>
    Child.start<ConsumerRole>(new URL("consumer.role.js", import.meta.url)),
  );
  let sent = 0;
  const load = await loadOf(
    [...consumers, producer],
    async () => {
      const bootstrap = await producer.ask("join", { network: NETWORK, kind: "countedReadings", bootstrap: [] });
      const join = { network: NETWORK, kind: "readings", bootstrap } as const;
      await Promise.all(consumers.map((consumer) => consumer.ask("join", join)));
      await producer.ask("subscribed", count);
    },
    async (datums) => {
      sent += datums;
      await Promise.all([...consumers.map((consumer) => consumer.ask("expect", datums)), producer.ask("send", datums)]);
      const encodings = await producer.ask("encodings");
      if (encodings !== sent) throw new Error(`${sent} datums were encoded ${encodings} times`);
    },
  );
  const remarks = (): string => `${sent} datums were encoded ${sent} times`;
  return throughput({ ...load, remarks }, 40_000, count);
}
