/**
 * Runs the present Node.js program in a network namespace of its own, where there is nothing but a loopback.
 *
 * A Rust mosaik node talks to public lookup services whatever it is told; in here nothing of that leaves the machine.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants, networkInterfaces } from "node:os";

/** Set for the program inside. */
const INSIDE = "MOSAIK_NETNS";

/** What the new namespace's owner runs first; then it becomes the program. The Python line is `ip link set lo up` by hand. */
const ENTER = `
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || python3 -c '
import fcntl, socket, struct
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
with socket.socket() as s:
    name, flags = struct.unpack("16sh", fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0)))
    fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))
'
exec "$@"`;

/** This machine does not let us make a network namespace; the message says why, and what to do. */
export class NetnsUnavailable extends Error {
  name = "NetnsUnavailable";
}

/** Whether this process is in a namespace made by {@link reexecInNetns}. */
export function insideNetns() {
  return process.env[INSIDE] === "1";
}

/**
 * Returns at once inside the namespace. Outside it runs this program again in a new one, with the same arguments and standard
 * streams, and never returns: the process ends as the inner one does.
 *
 * @returns {Promise<void>}
 * @throws {NetnsUnavailable}
 */
export async function reexecInNetns() {
  if (insideNetns()) return assertIsolated();
  assertPermitted();
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn("unshare", ["-Urn", "sh", "-c", ENTER, "sh", ...program], {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: "1" },
  });
  passSignals(child);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (...outcome) => resolve(outcome));
  });
  process.exit(signal === null ? code : 128 + constants.signals[signal]);
}

function assertPermitted() {
  const trial = spawnSync("unshare", ["-Urn", "true"], { encoding: "utf8" });
  if (trial.status === 0) return;
  const cause = trial.error?.message ?? trial.stderr.trim();
  throw new NetnsUnavailable(
    `A network namespace cannot be made here (${cause}): allow unprivileged user namespaces ` +
      `(sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0), or run as root on Linux.`,
  );
}

/** Throws unless the loopback is up and is the only interface. */
function assertIsolated() {
  const interfaces = readFileSync("/proc/self/net/dev", "utf8")
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => line.split(":", 1)[0].trim());
  if (interfaces.join() !== "lo")
    throw new Error(`${INSIDE} is set, but there are interfaces: ${interfaces.join(", ")}`);
  if (!networkInterfaces().lo) {
    throw new NetnsUnavailable("The loopback cannot be brought up: install ip (iproute2), ifconfig or python3.");
  }
}

/** Passes on what is sent to this process alone. Ctrl-C on a terminal reaches the child by itself; twice would mean "at once". */
function passSignals(child) {
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
}
