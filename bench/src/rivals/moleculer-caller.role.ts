import { callInTurn, type CallCount, type CallTimes } from "../harness/call-loop.js";
import { serve } from "../harness/role.js";
import { datumsOf } from "../mosaik/datums.js";
import { ACTION, createBroker, SERVICE, type Broker, type BrokerAddress } from "./moleculer-broker.js";

const { make, isRight } = datumsOf("readings");
let broker: Broker;

async function call(index: number): Promise<void> {
  const answer = await broker.call(ACTION, make(index));
  if (!isRight(answer, index)) throw new Error(`call ${index} has the answer of another`);
}

const commands = {
  async start([service, own]: readonly [BrokerAddress, BrokerAddress]): Promise<void> {
    broker = await createBroker(own, [service, own]);
    await broker.start();
    await broker.waitForServices([SERVICE]);
  },
  call: (count: CallCount): Promise<CallTimes> => callInTurn(call, count),
};
export type MoleculerCaller = typeof commands;
serve(commands);
