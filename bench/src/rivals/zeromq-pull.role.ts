import { hold, serve } from "../harness/role.js";
import { Arrivals } from "../harness/arrivals.js";
import { datumsOf } from "../mosaik/datums.js";
import { HIGH_WATER_MARK, zeroMq } from "./zeromq-socket.js";

const { codec, isRight } = datumsOf("readings");
const arrivals = new Arrivals();

async function consume(messages: AsyncIterable<[Uint8Array]>): Promise<void> {
  for await (const [message] of messages) {
    if (!isRight(codec.decode(message), arrivals.count))
      throw new Error(`item ${arrivals.count} was lost or is another`);
    arrivals.add();
  }
}

const commands = {
  async bind(): Promise<string> {
    const { Pull } = await zeroMq();
    const socket = hold(new Pull({ receiveHighWaterMark: HIGH_WATER_MARK, linger: 0 }));
    await socket.bind("tcp://127.0.0.1:*");
    void consume(socket);
    return socket.lastEndpoint;
  },
  expect: (count: number) => arrivals.expect(count),
};
export type ZeroMqPull = typeof commands;
serve(commands);
