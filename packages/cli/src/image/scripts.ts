import { quoted } from "./init-script.js";

/** The kernel's command line. It is measured; `ip=dhcp` is for kernels that obey it, and the original's. */
export const COMMAND_LINE = "console=ttyS0 ip=dhcp";

/** How a guest is started. */
export interface LaunchOptions {
  /** Names of files beside the script. */
  readonly kernel: string;
  readonly initramfs: string;
  readonly firmware: string | undefined;
  readonly memory: string;
  readonly cpus: number;
  /** Ports of the host and of the guest. */
  readonly sshForward: readonly [host: number, guest: number] | undefined;
}

/** A script that starts the image as a guest of Intel TDX, by QEMU; its variables are the original's. */
export function launchScript(options: LaunchOptions): string {
  return script(
    options,
    `# Starts the image as a guest of Intel TDX. The host's service for quotes (QGS) listens on vsock, port 4050.
VSOCK_CID=\${VSOCK_CID:-3}`,
    [
      "-accel kvm -cpu host,pmu=off",
      `-object '{"qom-type":"tdx-guest","id":"tdx0","sept-ve-disable":true,"quote-generation-socket":{"type":"vsock","cid":"2","port":"4050"}}'`,
      "-machine q35,kernel-irqchip=split,confidential-guest-support=tdx0",
      '-device vhost-vsock-pci,guest-cid="$VSOCK_CID"',
    ],
    true,
  );
}

/** A script that starts the same image without TDX, to try it: it proves nothing then. */
export function plainScript(options: LaunchOptions): string {
  return script(
    options,
    `# Starts the image in a plain virtual machine, to try it: network.tdx() is not available in it. Without KVM: ACCEL=tcg.
ACCEL=\${ACCEL:-kvm}
case "$ACCEL" in kvm) CPU=host ;; *) CPU=max ;; esac`,
    ['-accel "$ACCEL" -cpu "$CPU"', "-machine q35"],
    false,
  );
}

function script(
  { kernel, initramfs, firmware, memory, cpus, sshForward }: LaunchOptions,
  head: string,
  machine: readonly string[],
  needsFirmware: boolean,
): string {
  const [host, guest] = sshForward ?? [undefined, 22];
  const forward =
    host === undefined ? "${SSH_PORT:+,hostfwd=tcp::$SSH_PORT-:22}" : `,hostfwd=tcp::\${SSH_PORT:-${host}}-:${guest}`;
  const bios = needsFirmware ? ['-bios "$OVMF"'] : ['${OVMF:+-bios "$OVMF"}'];
  const lines = [
    ...machine,
    '-smp "$CPUS" -m "$MEMORY"',
    ...bios,
    `-kernel "$KERNEL" -initrd "$INITRD" -append ${quoted(COMMAND_LINE)}`,
    `-netdev "user,id=net0${forward}\${NET_FORWARD:+,$NET_FORWARD}"`,
    // Without a ROM, which the firmware would run and measure.
    "-device virtio-net-pci,netdev=net0,romfile=",
    "-nographic -nodefaults -no-reboot -serial mon:stdio",
  ];
  const own = (file: string): string => `"$here"/${quoted(file)}`;
  const ovmf = firmware === undefined ? "/usr/share/ovmf/OVMF.fd" : own(firmware);
  return `#!/bin/sh
${head}
set -eu
here=$(cd "$(dirname "$0")" && pwd)
KERNEL=\${KERNEL:-${own(kernel)}}
INITRD=\${INITRD:-${own(initramfs)}}
OVMF=\${OVMF${needsFirmware ? `:-${ovmf}` : "-"}}
MEMORY=\${MEMORY:-${memory}}
CPUS=\${CPUS:-${cpus}}
exec "\${QEMU:-qemu-system-x86_64}" \\
  ${lines.join(" \\\n  ")} "$@"
`;
}
