import { hold } from "../harness/role.js";
import { importRival } from "./packages.js";

export const SUBJECT = "bench.readings";

export interface NatsMessage {
  readonly data: Uint8Array;
  respond(payload: Uint8Array): boolean;
}

type NatsMessages = AsyncIterable<NatsMessage>;

/** What the benchmarks use of `@nats-io/transport-node`. */
export interface NatsConnection {
  /** Of the server. */
  readonly info?: { readonly server_name?: string };
  publish(subject: string, payload: Uint8Array): void;
  subscribe(subject: string, options?: { callback: (error: Error | null, message: NatsMessage) => void }): NatsMessages;
  /** Resolves with the answer. */
  request(subject: string, payload: Uint8Array, options: { timeout: number }): Promise<NatsMessage>;
  /** A round trip to the server. */
  flush(): Promise<void>;
}

export async function connect(port: number): Promise<NatsConnection> {
  const nats = await importRival<{ connect(options: object): Promise<NatsConnection> }>("@nats-io/transport-node");
  return hold(await nats.connect({ servers: `127.0.0.1:${port}` }));
}
