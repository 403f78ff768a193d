import { serve } from "../harness/role.js";
import { freePort } from "./free-port.js";
import { startNatsServer } from "./nats-server.js";

const commands = {
  /** Starts the server on a free port of the loopback and returns the port. It ends with this process. */
  async start(): Promise<number> {
    const port = await freePort();
    await startNatsServer(port);
    return port;
  },
};
export type NatsServerRole = typeof commands;
serve(commands);
