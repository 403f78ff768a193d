import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hold, serve } from "../harness/role.js";
import { etcdServer } from "./etcd-server.js";
import { freePort } from "./free-port.js";

interface Server {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
}

const commands = {
  /** Starts servers that are members of one cluster; resolves with where their clients connect. They end with this process. */
  async start(count: number): Promise<readonly string[]> {
    const directory = mkdtempSync(join(tmpdir(), "bench-etcd-"));
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    const servers: Server[] = [];
    for (let i = 0; i < count; i++) {
      servers.push({ name: `m${i}`, client: await freeUrl(), peer: await freeUrl() });
    }
    const cluster = servers.map(({ name, peer }) => `${name}=${peer}`).join(",");
    await Promise.all(servers.map((server) => start(server, join(directory, server.name), cluster)));
    return servers.map(({ client }) => client);
  },
};
export type EtcdClusterRole = typeof commands;
serve(commands);

async function freeUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

function start({ name, client, peer }: Server, directory: string, cluster: string): Promise<void> {
  const options = {
    name,
    "data-dir": directory,
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": cluster,
    "log-level": "info",
  };
  const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
  const server = hold(
    spawn(etcdServer.binary, [...args, "--unsafe-no-fsync"], { stdio: ["ignore", "ignore", "pipe"] }),
  );
  process.on("exit", () => server.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr.on("data", (text: Buffer) => {
      said = (said + text.toString()).slice(-4000);
      if (said.includes("ready to serve client requests")) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`a server ended: ${said}`)));
  });
}
