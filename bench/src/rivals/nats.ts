import type { Contender, Requirement, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import { loadOf, throughput } from "../harness/throughput.js";
import type { NatsPublisher } from "./nats-publisher.role.js";
import type { NatsServerRole } from "./nats-server.role.js";
import { natsServer } from "./nats-server.js";
import type { NatsSubscriber } from "./nats-subscriber.role.js";
import { rivalPackages, versionOf } from "./packages.js";

export const NATS = `nats.js ${versionOf("@nats-io/transport-node")}`;
export const NATS_SETUP = `nats-server ${natsServer.version} as built by go; plain TCP, no encryption`;
export const natsRequirements: readonly Requirement[] = [rivalPackages, natsServer];

const DATUMS = "the same datums by the same codec, flushed every 4096; per-item for await; every datum checked";

/** nats.js: core publish and subscribe. */
export const nats: Contender = {
  name: NATS,
  setup: `${NATS_SETUP}; two processes and the server between them; ${DATUMS}`,
  requires: natsRequirements,
  open: () => open(1, 20_000),
};

/** nats.js: one publisher, several subscribers; deliveries a second in total. */
export function natsFanOut(subscribers: number): Contender {
  return {
    name: NATS,
    setup:
      `${NATS_SETUP}; 1 to ${subscribers}, each in a process of its own, and the server between them; ${DATUMS} by every ` +
      "subscriber",
    requires: natsRequirements,
    open: () => open(subscribers, 40_000),
  };
}

async function open(count: number, firstCount: number): Promise<Session> {
  const server = Child.start<NatsServerRole>(new URL("nats-server.role.js", import.meta.url));
  const publisher = Child.start<NatsPublisher>(new URL("nats-publisher.role.js", import.meta.url));
  const subscribers = Array.from({ length: count }, () =>
    Child.start<NatsSubscriber>(new URL("nats-subscriber.role.js", import.meta.url)),
  );
  const load = await loadOf(
    [...subscribers, publisher, server],
    async () => {
      const port = await server.ask("start");
      await Promise.all(subscribers.map((subscriber) => subscriber.ask("connect", port)));
      await publisher.ask("connect", port);
    },
    (datums) =>
      Promise.all([
        ...subscribers.map((subscriber) => subscriber.ask("expect", datums)),
        publisher.ask("send", datums),
      ]),
  );
  return throughput(load, firstCount, count);
}
