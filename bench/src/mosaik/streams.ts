import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import { loadOf, throughput } from "../harness/throughput.js";
import type { ConsumerRole } from "./consumer.role.js";
import type { Kind } from "./datums.js";
import type { ProducerRole } from "./producer.role.js";

const NETWORK = "bench";

/**
 * A stream of Mosaik from one node to another: `await producer.send` for each datum, `for await` for each at the consumer, which
 * checks that it is the next.
 *
 * @param unitsPerDatum 1 for datums a second
 */
export function mosaikStream(kind: Kind, firstCount: number, unitsPerDatum: number): Contender {
  return {
    name: "mosaik-ts",
    setup:
      "native addon in release build; QUIC with TLS 1.3; two processes, direct over loopback, no relay; every datum checked",
    requires: [],
    async open(): Promise<Session> {
      const producer = Child.start<ProducerRole>(new URL("producer.role.js", import.meta.url));
      const consumer = Child.start<ConsumerRole>(new URL("consumer.role.js", import.meta.url));
      const load = await loadOf(
        [consumer, producer],
        async () => {
          const bootstrap = await producer.ask("join", { network: NETWORK, kind, bootstrap: [] });
          await consumer.ask("join", { network: NETWORK, kind, bootstrap });
          await producer.ask("subscribed", 1);
        },
        (count) => Promise.all([consumer.ask("expect", count), producer.ask("send", count)]),
      );
      return throughput(load, firstCount, unitsPerDatum);
    },
  };
}
