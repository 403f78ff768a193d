import type { Contender } from "../benchmark.js";
import { callLoadOf, callRate, callTime, type CallLoad } from "../harness/calls.js";
import { Child } from "../harness/child.js";
import type { NatsClusterRole } from "./nats-cluster.role.js";
import type { NatsKvRole } from "./nats-kv.role.js";
import { natsRequirements, NATS_SETUP } from "./nats.js";
import { versionOf } from "./packages.js";

const SERVERS = 3;

/** NATS KV: small values put into a bucket of three replicas, through a server that does not lead it. */
export function natsKeyValue(inFlight: number): Contender {
  return {
    name: `NATS KV ${versionOf("@nats-io/kv")}`,
    setup:
      `${NATS_SETUP}; client in Node.js; three servers and a client in four processes on the loopback; three replicas in memory; ` +
      "a put of a small value, all of them counted",
    requires: natsRequirements,
    open: async () => {
      const load = await open();
      return inFlight === 1 ? callTime(load) : callRate(load, inFlight);
    },
  };
}

async function open(): Promise<CallLoad> {
  const cluster = Child.start<NatsClusterRole>(new URL("nats-cluster.role.js", import.meta.url));
  const client = Child.start<NatsKvRole>(new URL("nats-kv.role.js", import.meta.url));
  return callLoadOf(
    [client, cluster],
    async () => client.ask("connect", await cluster.ask("start", SERVERS)),
    (count) => client.ask("put", count),
  );
}
