import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import { loadOf, throughput } from "../harness/throughput.js";
import { BLOCK_BYTES } from "../mosaik/datums.js";
import type { Libp2pReceiver } from "./libp2p-receiver.role.js";
import type { Libp2pSender } from "./libp2p-sender.role.js";
import { rivalPackages, versionOf } from "./packages.js";

/** js-libp2p: bytes over one stream, in MB/s. */
export const libp2p: Contender = {
  name: `js-libp2p ${versionOf("libp2p")}`,
  setup: "TCP, Noise, Yamux, as they are by default; two processes, direct; bytes counted, no frames cut",
  requires: [rivalPackages],
  open,
};

async function open(): Promise<Session> {
  const receiver = Child.start<Libp2pReceiver>(new URL("libp2p-receiver.role.js", import.meta.url));
  const sender = Child.start<Libp2pSender>(new URL("libp2p-sender.role.js", import.meta.url));
  const load = await loadOf(
    [sender, receiver],
    async () => sender.ask("connect", await receiver.ask("listen")),
    (count) => Promise.all([receiver.ask("expect", count), sender.ask("send", count)]),
  );
  return throughput(load, 200, BLOCK_BYTES / 1e6);
}
