import { hold } from "../harness/role.js";
import { importRival } from "./packages.js";

export const SUBJECT = "bench.readings";

/** What the benchmark uses of `@nats-io/transport-node`. */
export interface NatsConnection {
  publish(subject: string, payload: Uint8Array): void;
  subscribe(subject: string): AsyncIterable<{ readonly data: Uint8Array }>;
  /** A round trip to the server. */
  flush(): Promise<void>;
}

export async function connect(port: number): Promise<NatsConnection> {
  const nats = await importRival<{ connect(options: object): Promise<NatsConnection> }>("@nats-io/transport-node");
  return hold(await nats.connect({ servers: `127.0.0.1:${port}` }));
}
