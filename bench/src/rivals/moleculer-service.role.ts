import { serve } from "../harness/role.js";
import { createBroker, SERVICE, type BrokerAddress } from "./moleculer-broker.js";

const commands = {
  async start([own, caller]: readonly [BrokerAddress, BrokerAddress]): Promise<void> {
    const broker = await createBroker(own, [own, caller]);
    broker.createService({ name: SERVICE, actions: { echo: ({ params }) => params } });
    await broker.start();
  },
};
export type MoleculerService = typeof commands;
serve(commands);
