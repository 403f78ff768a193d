import { Argument, Command, Option } from "commander";
import { lazily } from "../action.js";
import type { Base } from "../image/lock.js";

/** The same in `image/lock.ts`, which is loaded when it is used. */
const BASES = ["minimal", "debian", "alpine", "ubuntu"] as const satisfies Base[];

export interface LockFlags {
  readonly distro: Base;
  readonly lock: string;
  readonly suite?: string;
  readonly majorVersion?: string;
  readonly minorVersion?: string;
  readonly ubuntuVersion?: string;
  readonly kernelVersion?: string;
  readonly kernelAbi?: string;
  readonly ovmfVersion?: string;
  readonly nodeVersion?: string;
  readonly package?: string[];
  readonly ssh?: boolean;
  readonly fetch?: boolean;
  readonly mirror?: string[];
  readonly cacheDir?: string;
}

export interface BuildFlags {
  readonly distro?: Base;
  readonly lock: string;
  readonly out: string;
  readonly name?: string;
  readonly customVmlinuz?: string;
  readonly customOvmf?: string;
  readonly customRootfs?: string;
  readonly node?: string;
  readonly addon?: string;
  readonly arg?: string[];
  readonly env?: string[];
  readonly extraFile?: string[];
  readonly kernelModule?: string[];
  readonly kernelModulesDir?: string;
  readonly sshKey?: string[];
  readonly sshForward?: string;
  readonly memory: string;
  readonly cpus: string;
  readonly compression: "zstd" | "none";
  readonly bundleRunner?: boolean;
  readonly measurements: boolean;
  readonly firmwareGeneration?: "before202411" | "from202411" | "from202505";
  readonly mirror?: string[];
  readonly cacheDir?: string;
}

export interface InspectFlags {
  readonly collateral?: string;
  readonly at?: string;
}

/** Gathers an option that may be given several times. */
function gather(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** `mosaik tdx`. */
export function tdxCommand(): Command {
  const command = new Command("tdx").description("images that run a program as a guest of Intel TDX, and quotes");
  command.addCommand(lockCommand()).addCommand(buildCommand()).addCommand(inspectCommand());
  return command;
}

function lockCommand(): Command {
  return sources(new Command("lock"))
    .description("pin what images are built of, by SHA-256: packages, kernel, firmware, Node.js")
    .addOption(new Option("-d, --distro <base>", "what is in it beside the program").choices(BASES).default("minimal"))
    .option("--suite <name>", "the release of Debian (minimal, debian; default: trixie)")
    .option("--major-version <version>", "of Alpine (default: 3.21, $TDX_IMAGE_ALPINE_VERSION)")
    .option("--minor-version <version>", "of Alpine (default: 0, $TDX_IMAGE_ALPINE_MINOR)")
    .option("--ubuntu-version <version>", "(default: 24.04.4, $TDX_IMAGE_UBUNTU_VERSION)")
    .option("--kernel-version <version>", "of Ubuntu's kernel (alpine, ubuntu; default: 6.8.0-55)")
    .option("--kernel-abi <number>", "of the same (default: 57)")
    .option("--ovmf-version <version>", "of Ubuntu's firmware (alpine, ubuntu; default: 2024.02-3+tdx1.0)")
    .option("--node-version <version>", "or its beginning (default: 22; Alpine has its own)")
    .option("--package <name>", "a further package, with all that it needs (minimal, debian, alpine)", gather)
    .option("--ssh", "with a server of SSH (minimal, debian, alpine)")
    .option("--fetch", "also get all of it, so that a build needs no network")
    .action(lazily<LockFlags>(() => import("../actions/tdx-lock.js").then(({ lockImage }) => lockImage)));
}

function buildCommand(): Command {
  return sources(new Command("build"))
    .description("make a bootable image of a program: the same bytes whenever it is made, with its measurements")
    .addArgument(new Argument("<entry>", "the program, JavaScript or TypeScript; esbuild makes one file of it"))
    .addOption(new Option("-d, --distro <base>", "for a lock that is not there yet (default: minimal)").choices(BASES))
    .option("-o, --out <folder>", "where the image goes", "tdx-image")
    .option("-n, --name <name>", "how its files begin (default: that of the entry)")
    .option("--arg <word>", "an argument of the program", gather)
    .option("--env <name=value>", "a variable of its environment; it is readable in the image", gather)
    .option("--extra-file <host:guest>", "a further file ($TDX_IMAGE_EXTRA_FILES)", gather)
    .option("--custom-vmlinuz <file>", "another kernel ($TDX_IMAGE_KERNEL); its modules are yours to name")
    .option("--kernel-module <file>", "a module that is loaded ($TDX_IMAGE_KERNEL_MODULES)", gather)
    .option("--kernel-modules-dir <folder>", "where modules are looked for ($TDX_IMAGE_KERNEL_MODULES_DIR)")
    .option("--custom-ovmf <file>", "another firmware ($TDX_IMAGE_OVMF)")
    .addOption(
      new Option("--firmware-generation <name>", "of edk2, which decides on RTMR1 (default: by its version)").choices([
        "before202411",
        "from202411",
        "from202505",
      ]),
    )
    .option("--no-measurements", "do without firmware and measurements")
    .option("--custom-rootfs <file>", "another root file system, a tar archive")
    .option("--node <file>", "another Node.js")
    .option("--addon <file>", "the native part of @mosaik/iroh (default: that of the program's project)")
    .option("--ssh-key <text>", "a public key that may log in as root; a lock that is there must have --ssh", gather)
    .option("--ssh-forward <host:guest>", "the port by which (default: $SSH_PORT to 22)")
    .option("-m, --memory <size>", "of the guest, in the scripts that start it; below 2816M it is measured", "4G")
    .option("-c, --cpus <number>", "of the guest", "4")
    .addOption(new Option("--compression <kind>", "of the initramfs").choices(["zstd", "none"]).default("zstd"))
    .option("--bundle-runner", "also make one script that has all of it within")
    .addHelpText(
      "after",
      `
TDX_IMAGE_SKIP=1 does nothing. An option counts more than its variable.

  mosaik tdx build src/main.mjs --arg my-network --env ROLE=maker
  cat tdx-image/main-rtmr2.hex`,
    )
    .action(lazily<BuildFlags>(() => import("../actions/tdx-build.js").then(({ buildTdxImage }) => buildTdxImage)));
}

function inspectCommand(): Command {
  return new Command("inspect")
    .description("say what a quote or a ticket holds, and whether genuine hardware made it")
    .addArgument(
      new Argument("<file>", "a quote or the data of a ticket, as bytes or hexadecimal digits; - for standard input"),
    )
    .option("--collateral <file>", "what Intel says of the platform, as mosaik/tee keeps it: verify in full")
    .option("--at <time>", "verify as of then, in RFC 3339 (default: now)")
    .action(lazily<InspectFlags>(() => import("../actions/tdx-inspect.js").then(({ inspectQuote }) => inspectQuote)));
}

function sources(command: Command): Command {
  return command
    .option("-l, --lock <file>", "where the pins are", "tdx-image.lock.json")
    .option("--mirror <from=to>", "beginnings of URLs that stand for others", gather)
    .option("--cache-dir <folder>", "where inputs are kept (default: ~/.cache/mosaik/images)");
}
