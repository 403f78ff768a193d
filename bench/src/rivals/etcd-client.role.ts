import { callInTurn, type CallCount, type CallTimes } from "../harness/call-loop.js";
import { hold, serve } from "../harness/role.js";
import type { Side } from "../harness/trio.js";
import { importRival } from "./packages.js";

/** What the benchmarks use of `etcd3`. */
interface EtcdClient {
  put(key: string): { value(value: string): { exec(): Promise<unknown> } };
  maintenance: { status(): Promise<{ readonly header: { readonly member_id: string }; readonly leader: string }> };
  close(): void;
}
interface Etcd3 {
  readonly Etcd3: new (options: { hosts: string }) => EtcdClient;
}

let client: EtcdClient;

const commands = {
  /** Connects with the server that leads, or with one that does not. */
  async connect({ urls, side }: { urls: readonly string[]; side: Side }): Promise<void> {
    const { Etcd3 } = await importRival<Etcd3>("etcd3");
    for (const hosts of urls) {
      client = new Etcd3({ hosts });
      const { header, leader } = await client.maintenance.status();
      if ((header.member_id === leader) === (side === "leader")) return void hold(client);
      client.close();
    }
    throw new Error(`no server is a ${side}`);
  },
  put: (count: CallCount): Promise<CallTimes> =>
    callInTurn(
      async (index) =>
        void (await client
          .put(`key-${index % 1000}`)
          .value("1")
          .exec()),
      count,
    ),
};
export type EtcdClientRole = typeof commands;
serve(commands);
