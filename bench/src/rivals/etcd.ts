import type { Contender } from "../benchmark.js";
import { callLoadOf, callRate, callTime, type CallLoad } from "../harness/calls.js";
import { Child } from "../harness/child.js";
import type { Side } from "../harness/trio.js";
import type { EtcdClientRole } from "./etcd-client.role.js";
import type { EtcdClusterRole } from "./etcd-cluster.role.js";
import { etcdServer } from "./etcd-server.js";
import { rivalPackages, versionOf } from "./packages.js";

const MEMBERS = 3;

/** etcd: small values put through the leader or another member. */
export function etcdCommands(side: Side, inFlight: number): Contender {
  return {
    name: `etcd ${etcdServer.version}`,
    setup:
      `Go, client etcd3 ${versionOf("etcd3")} in Node.js; no encryption; three servers and a client in four processes on the ` +
      "loopback; log on disk without fsync; a put of a small value",
    requires: [etcdServer, rivalPackages],
    open: async () => {
      const load = await open(side);
      return inFlight === 1 ? callTime(load) : callRate(load, inFlight);
    },
  };
}

async function open(side: Side): Promise<CallLoad> {
  const cluster = Child.start<EtcdClusterRole>(new URL("etcd-cluster.role.js", import.meta.url));
  const client = Child.start<EtcdClientRole>(new URL("etcd-client.role.js", import.meta.url));
  return callLoadOf(
    [client, cluster],
    async () => client.ask("connect", { urls: await cluster.ask("start", MEMBERS), side }),
    (count) => client.ask("put", count),
  );
}
