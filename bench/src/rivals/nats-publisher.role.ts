import { serve } from "../harness/role.js";
import { datumsOf } from "../mosaik/datums.js";
import { connect, SUBJECT, type NatsConnection } from "./nats-client.js";

/** The client has no back-pressure: after so many items a round trip to the server keeps it from buffering without bound. */
const ITEMS_PER_FLUSH = 4096;

const { codec, make } = datumsOf("readings");
let connection: NatsConnection;
let next = 0;

const commands = {
  async connect(port: number): Promise<void> {
    connection = await connect(port);
  },
  async send(count: number): Promise<void> {
    for (const end = next + count; next < end; next++) {
      connection.publish(SUBJECT, codec.encode(make(next)));
      if (next % ITEMS_PER_FLUSH === 0) await connection.flush();
    }
    await connection.flush();
  },
};
export type NatsPublisher = typeof commands;
serve(commands);
