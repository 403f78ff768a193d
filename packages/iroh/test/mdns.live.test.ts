import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const CHILD = fileURLToPath(new URL("children/finds.mjs", import.meta.url));
/** A local network of one host. */
const LAN = [
  "ip link set lo up",
  "ip link add lan type veth peer name port",
  "ip addr add 192.0.2.1/24 dev lan",
  "ip link set lan up",
  "ip link set port up",
  "ip route add 224.0.0.0/4 dev lan",
];

const hasNamespaces = spawnSync("unshare", ["-n", "ip", "link"]).status === 0;
if (!hasNamespaces) console.warn("Multicast DNS is not tested: no network namespace can be made here.");

it.skipIf(!hasNamespaces)(
  "tells of who is found on the local network, and dials nobody at what was found unless it is named",
  async () => {
    const script = [...LAN, 'exec "$0" "$1"'].join(" && ");
    const run = promisify(execFile)("unshare", ["-n", "sh", "-c", script, process.execPath, CHILD], {
      timeout: 60_000,
    });
    expect(JSON.parse((await run).stdout)).toEqual(["noAddress", "connected"]);
  },
);
