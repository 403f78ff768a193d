import { GUEST_INTERFACE } from "./guest-network.js";

/** What a guest runs, and how. */
export interface Workload {
  /** For people: what the console says that it starts. */
  readonly name: string;
  /** The program and its arguments. Those of the kernel's command line come behind them if there are none but the program. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface InitOptions {
  readonly workload: Workload;
  /** Files of modules, in the order in which they are loaded. */
  readonly modules: readonly string[];
  /** Whether a server of SSH is started, with keys of root's in place. */
  readonly ssh: boolean;
}

/** A word of a shell, whatever is in it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a shell can have a variable of that name. */
export function isVariable(name: string): boolean {
  return NAME.test(name);
}

/**
 * The first program of a guest: it makes the file systems of the kernel, loads modules, brings up the network, starts the workload and watches it. When that has ended
 * the machine is switched off: a PID 1 that ended would be a panic.
 */
export function initScript({ workload, modules, ssh }: InitOptions): string {
  const { name, command, env } = workload;
  const exports = Object.entries(env).map(([variable, value]) => `export ${variable}=${quoted(value)}`);
  return `#!/bin/busybox sh
# Made by mosaik tdx build. The workload is a child: this shell reaps what it leaves behind, and switches the machine off after it.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=linux
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
$bb mount -t devtmpfs devtmpfs /dev 2>/dev/null
$bb mkdir -p /dev/pts /dev/shm /tmp /run
$bb mount -t devpts devpts /dev/pts
$bb mount -t tmpfs -o mode=1777 tmpfs /dev/shm
$bb mount -t tmpfs -o mode=1777 tmpfs /tmp
$bb mount -t tmpfs -o mode=755 tmpfs /run
for module in${modules.map((file) => ` ${quoted(file)}`).join("")}; do
  $bb insmod "$module" 2>/dev/null || echo "module $module was not loaded"
done
[ -d /sys/kernel/config ] && $bb mount -t configfs configfs /sys/kernel/config 2>/dev/null

echo "=== TDX Boot Diagnostics ==="
echo "kernel: $($bb uname -r)"
if [ -d /sys/kernel/config/tsm/report ]; then echo "quotes: configfs-tsm is there"; else echo "quotes: no configfs-tsm"; fi
echo "=== End Diagnostics ==="

$bb ip link set lo up
${GUEST_INTERFACE}
${ssh ? SSH : ""}
echo "=== TDX Guest Init ==="
echo ${quoted(`Starting workload: ${name}`)}
unset NODE_OPTIONS NODE_PATH
${exports.join("\n")}
${command.map(quoted).join(" ")}${command.length === 1 ? ' "$@"' : ""} &
workload=$!
trap '$bb kill -TERM $workload' TERM INT
# A signal ends the first wait: the workload may take its time to leave.
while :; do
  wait $workload
  code=$?
  $bb kill -0 $workload 2>/dev/null || break
done
echo "Workload ended: $code"
$bb sync
$bb poweroff -f
# Where there is no power to switch off.
while :; do $bb sleep 3600; done
`;
}

const SSH = `$bb mkdir -p /etc/dropbear /var/log
$bb chmod 700 /root /root/.ssh
dropbear -R -s -E -p 22 && echo "ssh: on port 22"`;
