import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import { loadOf, throughput } from "../harness/throughput.js";
import type { NatsPublisher } from "./nats-publisher.role.js";
import type { NatsServerRole } from "./nats-server.role.js";
import { natsServer, NATS_SERVER_VERSION } from "./nats-server.js";
import type { NatsSubscriber } from "./nats-subscriber.role.js";
import { rivalPackages, versionOf } from "./packages.js";

/** nats.js: core publish and subscribe. */
export const nats: Contender = {
  name: `nats.js ${versionOf("@nats-io/transport-node")}`,
  setup:
    `nats-server ${NATS_SERVER_VERSION} as built by go install; plain TCP, no encryption; two processes and the server ` +
    `between them; the same datums by the same codec, flushed every 4096; per-item for await; every datum checked`,
  requires: [rivalPackages, natsServer],
  open,
};

async function open(): Promise<Session> {
  const server = Child.start<NatsServerRole>(new URL("nats-server.role.js", import.meta.url));
  const publisher = Child.start<NatsPublisher>(new URL("nats-publisher.role.js", import.meta.url));
  const subscriber = Child.start<NatsSubscriber>(new URL("nats-subscriber.role.js", import.meta.url));
  const load = await loadOf(
    [subscriber, publisher, server],
    async () => {
      const port = await server.ask("start");
      await subscriber.ask("connect", port);
      await publisher.ask("connect", port);
    },
    (count) => Promise.all([subscriber.ask("expect", count), publisher.ask("send", count)]),
  );
  return throughput(load, 20_000);
}
