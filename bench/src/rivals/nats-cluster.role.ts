import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../harness/role.js";
import { freePort } from "./free-port.js";
import { startNatsServer } from "./nats-server.js";

const commands = {
  /** Starts servers of one cluster, with JetStream, and returns the ports of their clients. They end with this process. */
  async start(count: number): Promise<readonly number[]> {
    const directory = mkdtempSync(join(tmpdir(), "bench-nats-"));
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    const servers: { readonly name: string; readonly port: number; readonly route: string }[] = [];
    for (let i = 0; i < count; i++) {
      servers.push({ name: `n${i}`, port: await freePort(), route: `nats://127.0.0.1:${await freePort()}` });
    }
    const routes = servers.map(({ route }) => route).join(",");
    await Promise.all(
      servers.map(({ name, port, route }) =>
        startNatsServer(port, [
          ...["--name", name, "--cluster_name", "bench", "--cluster", route, "--routes", routes],
          ...["--jetstream", "--store_dir", join(directory, name)],
        ]),
      ),
    );
    return servers.map(({ port }) => port);
  },
};
export type NatsClusterRole = typeof commands;
serve(commands);
