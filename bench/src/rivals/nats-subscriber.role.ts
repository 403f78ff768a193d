import { serve } from "../harness/role.js";
import { Arrivals } from "../harness/arrivals.js";
import { datumsOf } from "../mosaik/datums.js";
import { connect, SUBJECT, type NatsConnection } from "./nats-client.js";

const { codec, isRight } = datumsOf("readings");
const arrivals = new Arrivals();

async function consume(messages: ReturnType<NatsConnection["subscribe"]>): Promise<void> {
  for await (const { data } of messages) {
    if (!isRight(codec.decode(data), arrivals.count)) throw new Error(`item ${arrivals.count} was lost or is another`);
    arrivals.add();
  }
}

const commands = {
  async connect(port: number): Promise<void> {
    const connection = await connect(port);
    void consume(connection.subscribe(SUBJECT));
    await connection.flush();
  },
  expect: (count: number) => arrivals.expect(count),
};
export type NatsSubscriber = typeof commands;
serve(commands);
