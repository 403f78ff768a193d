import { hold, serve } from "../harness/role.js";
import { datumsOf } from "../mosaik/datums.js";
import { HIGH_WATER_MARK, zeroMq, type ZeroMq } from "./zeromq-socket.js";

const { codec, make } = datumsOf("readings");
let socket: InstanceType<ZeroMq["Push"]>;
let next = 0;

const commands = {
  async connect(address: string): Promise<void> {
    const { Push } = await zeroMq();
    socket = hold(new Push({ sendHighWaterMark: HIGH_WATER_MARK, linger: 0 }));
    socket.connect(address);
  },
  async send(count: number): Promise<void> {
    for (const end = next + count; next < end; next++) await socket.send(codec.encode(make(next)));
  },
};
export type ZeroMqPush = typeof commands;
serve(commands);
