import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CliError, EXIT } from "../exit.js";
import type { NetworkFlags } from "../session/flags.js";

/** The other side of a measurement, in a process of its own on this machine. */
export interface LocalServer extends AsyncDisposable {
  /** How its network is joined: over loopback, with nobody else. */
  readonly flags: Pick<NetworkFlags, "network" | "bootstrap" | "relay" | "dht" | "bind">;
}

/** @throws CliError where it does not start */
export async function startLocalServer(): Promise<LocalServer> {
  const network = `mosaik bench ${crypto.randomUUID()}`;
  const args = ["bench", "serve", "--json", "--network", network, "--no-relay", "--no-dht", "--bind", "127.0.0.1:0"];
  // The channel ends with this process, however that ends: then the other side ends too.
  const child = spawn(process.execPath, [process.argv[1]!, "--quiet", ...args], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout! });
  const first = await Promise.race([once(lines, "line") as Promise<[string]>, exited.then(() => undefined)]);
  if (first === undefined) throw new CliError(EXIT.failed, "the other side did not start");
  const { address } = JSON.parse(first[0]) as { address: string };
  return {
    flags: { network, bootstrap: [address], relay: false, dht: false, bind: ["127.0.0.1:0"] },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
