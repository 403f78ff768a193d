import { callInTurn, type CallCount, type CallTimes } from "../harness/call-loop.js";
import { serve } from "../harness/role.js";
import { datumsOf } from "../mosaik/datums.js";
import { connect, SUBJECT, type NatsConnection } from "./nats-client.js";

const TIMEOUT_MS = 30_000;

const { codec, make, isRight } = datumsOf("readings");
let connection: NatsConnection;

async function call(index: number): Promise<void> {
  const { data } = await connection.request(SUBJECT, codec.encode(make(index)), { timeout: TIMEOUT_MS });
  if (!isRight(codec.decode(data), index)) throw new Error(`request ${index} has the answer of another`);
}

const commands = {
  async connect(port: number): Promise<void> {
    connection = await connect(port);
  },
  call: (count: CallCount): Promise<CallTimes> => callInTurn(call, count),
};
export type NatsRequester = typeof commands;
serve(commands);
