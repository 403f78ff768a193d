import { spawn } from "node:child_process";
import { hold } from "../harness/role.js";
import { GoServer } from "./go-server.js";

export const natsServer = new GoServer({
  name: "nats-server",
  version: "2.15.2",
  module: "github.com/nats-io/nats-server/v2",
  aboutSeconds: 90,
});

/** Starts a server on a port of the loopback; resolves when it is ready. It ends with this process. */
export function startNatsServer(port: number, options: readonly string[] = []): Promise<void> {
  const server = hold(
    spawn(natsServer.binary, ["--addr", "127.0.0.1", "--port", String(port), ...options], {
      stdio: ["ignore", "ignore", "pipe"],
    }),
  );
  process.on("exit", () => server.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr.on("data", (text: Buffer) => {
      said = (said + text.toString()).slice(-4000);
      if (said.includes("Server is ready")) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
}
