import { spawn } from "node:child_process";
import { hold, serve } from "../harness/role.js";
import { freePort } from "./free-port.js";
import { natsServer } from "./nats-server.js";

const commands = {
  /** Starts the server on a free port of the loopback and returns the port. It ends with this process. */
  async start(): Promise<number> {
    const port = await freePort();
    const server = hold(
      spawn(natsServer.binary, ["--addr", "127.0.0.1", "--port", String(port)], {
        stdio: ["ignore", "ignore", "pipe"],
      }),
    );
    process.on("exit", () => server.kill("SIGKILL"));
    return new Promise((resolve, reject) => {
      let said = "";
      server.stderr.on("data", (text: Buffer) => {
        said = (said + text.toString()).slice(-4000);
        if (said.includes("Server is ready")) resolve(port);
      });
      server.once("error", reject);
      server.once("exit", () => reject(new Error(`the server ended: ${said}`)));
    });
  },
};
export type NatsServerRole = typeof commands;
serve(commands);
