import { setTimeout as delay } from "node:timers/promises";
import { callInTurn, type CallCount, type CallTimes } from "../harness/call-loop.js";
import { serve } from "../harness/role.js";
import { connect, type NatsConnection } from "./nats-client.js";
import { importRival } from "./packages.js";

const BUCKET = "bench";
const REPLICAS = 3;
/** A new cluster elects who makes its buckets. */
const READY_MAX_MS = 20_000;
const POLL_MS = 100;

interface Bucket {
  put(key: string, value: Uint8Array): Promise<number>;
  status(): Promise<{
    readonly values: number;
    readonly streamInfo: { readonly cluster?: { readonly leader?: string } };
  }>;
}
interface Buckets {
  create(name: string, options: object): Promise<Bucket>;
  open(name: string): Promise<Bucket>;
}

const value = new Uint8Array([1]);
let bucket: Bucket;
let puts = 0;

const commands = {
  /** Makes a bucket, and connects with a server that does not lead it. */
  async connect(ports: readonly number[]): Promise<void> {
    const { Kvm } = await importRival<{ Kvm: new (connection: NatsConnection) => Buckets }>("@nats-io/kv");
    await made(new Kvm(await connect(ports[0]!)));
    for (const port of ports) {
      const connection = await connect(port);
      bucket = await new Kvm(connection).open(BUCKET);
      const { cluster } = (await bucket.status()).streamInfo;
      if (cluster?.leader !== undefined && cluster.leader !== connection.info?.server_name) return;
    }
    throw new Error("no server follows");
  },
  async put(count: CallCount): Promise<CallTimes> {
    const first = puts;
    puts += count.count;
    const times = await callInTurn(async (index) => void (await bucket.put(`key-${first + index}`, value)), count);
    const { values } = await bucket.status();
    if (values !== puts) throw new Error(`the bucket has ${values} of ${puts} values`);
    return times;
  },
};
export type NatsKvRole = typeof commands;
serve(commands);

async function made(buckets: Buckets): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    try {
      await buckets.create(BUCKET, { replicas: REPLICAS, storage: "memory" });
      return;
    } catch (error) {
      if (performance.now() - startMs > READY_MAX_MS) throw error;
      await delay(POLL_MS);
    }
  }
}
