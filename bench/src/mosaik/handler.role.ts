import { hold, serve } from "../harness/role.js";
import { echoOf } from "./echo.js";
import { addressOf, join, type NodeAddress } from "./node.js";

const commands = {
  async join(networkId: string): Promise<NodeAddress> {
    const network = hold(await join(networkId));
    hold(echoOf("readings").func.handle(network, (request) => request));
    return addressOf(network);
  },
};
export type HandlerRole = typeof commands;
serve(commands);
