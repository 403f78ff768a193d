import type { Caller } from "mosaik";
import { callInTurn, type CallCount, type CallTimes } from "../harness/call-loop.js";
import { hold, serve } from "../harness/role.js";
import { echoOf, type Echo, type EchoKind } from "./echo.js";
import { join, type NodeAddress } from "./node.js";

let echo: Echo<unknown>;
let caller: Caller<unknown, unknown>;

async function call(index: number): Promise<void> {
  const answer = await caller(echo.make(index));
  if (!echo.isRight(answer, index)) throw new Error(`call ${index} has the answer of another`);
}

const commands = {
  async join({ network: networkId, kind, bootstrap }: { network: string; kind: EchoKind; bootstrap: NodeAddress }) {
    const network = hold(await join(networkId, [bootstrap]));
    echo = echoOf(kind);
    caller = await echo.func.onlineCaller(network);
  },
  call: (count: CallCount): Promise<CallTimes> => callInTurn(call, count),
};
export type CallerRole = typeof commands;
serve(commands);
