import { hold, serve } from "../harness/role.js";
import { addressOf, join, type NodeAddress } from "./node.js";

const commands = {
  async join(network: string): Promise<NodeAddress> {
    return addressOf(hold(await join(network)));
  },
};
export type BootstrapRole = typeof commands;
serve(commands);
