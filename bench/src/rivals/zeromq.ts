import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import { loadOf, throughput } from "../harness/throughput.js";
import { rivalPackages, versionOf } from "./packages.js";
import type { ZeroMqPull } from "./zeromq-pull.role.js";
import type { ZeroMqPush } from "./zeromq-push.role.js";

/** ZeroMQ: PUSH to PULL. */
export const zeroMq: Contender = {
  name: `zeromq.js ${versionOf("zeromq")}`,
  setup:
    "prebuilt libzmq in release build; plain TCP, no encryption; two processes, PUSH to PULL, high-water marks 10 000; " +
    "the same datums by the same codec; await send, per-item for await; every datum checked",
  requires: [rivalPackages],
  open,
};

async function open(): Promise<Session> {
  const pull = Child.start<ZeroMqPull>(new URL("zeromq-pull.role.js", import.meta.url));
  const push = Child.start<ZeroMqPush>(new URL("zeromq-push.role.js", import.meta.url));
  const load = await loadOf(
    [push, pull],
    async () => push.ask("connect", await pull.ask("bind")),
    (count) => Promise.all([pull.ask("expect", count), push.ask("send", count)]),
  );
  return throughput(load, 20_000);
}
