import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError, EXIT, usageError } from "../exit.js";
import { malformed, type ArchiveMember } from "./archives.js";
import { cpioOf } from "./cpio.js";
import { FileTree } from "./file-tree.js";
import { UDHCPC_SCRIPT } from "./guest-network.js";
import { initScript } from "./init-script.js";
import { sha256Of, type Inputs } from "./inputs.js";
import { GUEST_MODULES, modulesIn, modulesInOrder, type KernelModule } from "./kernel-modules.js";
import { inputOf, inputsOf, type ImageLock } from "./lock.js";
import { generationOf, measurementsOf, type ExpectedMeasurements } from "./measure.js";
import { memoryBytes } from "./options.js";
import type { BundledProgram } from "./program.js";
import { COMMAND_LINE, launchScript, plainScript } from "./scripts.js";
import { selfExtracting } from "./self-extracting.js";
import { readPackage, unpackInto } from "./unpack.js";

export type Compression = "zstd" | "none";

/** What an image is made of beside its lock. */
export interface BuildOptions {
  /** Begins the names of the files, and is what the console says that it starts. */
  readonly name: string;
  readonly program: BundledProgram;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Paths of files that stand for inputs of the lock. */
  readonly custom: {
    readonly kernel?: string | undefined;
    readonly firmware?: string | undefined;
    readonly rootfs?: string | undefined;
    readonly node?: string | undefined;
  };
  readonly extraFiles: readonly (readonly [host: string, guest: string])[];
  /** Further modules, by their files; and a folder in which modules are looked for. */
  readonly kernelModules: readonly string[];
  readonly kernelModulesDir: string | undefined;
  readonly sshKeys: readonly string[];
  readonly sshForward: readonly [host: number, guest: number] | undefined;
  readonly memory: string;
  readonly cpus: number;
  readonly compression: Compression;
  /** Whether one script is made that has all of it within. */
  readonly bundle: boolean;
  /** Whether measurements are predicted; they take a firmware for TDs. */
  readonly measure: boolean;
  readonly firmwareGeneration: ExpectedMeasurements["firmwareGeneration"] | undefined;
}

/** What was made: a file's content by its name, and which of them can be run. */
export interface BuiltImage {
  readonly files: ReadonlyMap<string, { readonly content: Uint8Array; readonly isProgram: boolean }>;
  readonly measurements: ExpectedMeasurements | undefined;
}

const PROGRAM = "opt/app/main.mjs";
const ADDON = "opt/app/mosaik-iroh.node";

/** Makes an image. The same options and inputs make the same bytes, whoever makes them, where and when. @throws CliError */
export async function buildImage(lock: ImageLock, inputs: Inputs, options: BuildOptions): Promise<BuiltImage> {
  const { name, memory, cpus, sshForward } = options;
  const ramBytes = memoryBytes(memory);
  const kernelDeb = options.custom.kernel === undefined ? await members(inputs, lock, "kernel") : [];
  const kernel = options.custom.kernel === undefined ? vmlinuzIn(kernelDeb) : await readFile(options.custom.kernel);
  const modules = await modulesOf(lock, inputs, options, kernelDeb);
  const tree = await rootOf(lock, inputs, options);
  addGuest(tree, options, modules);
  await addExtras(tree, options);
  const archive = cpioOf(tree);
  const [initramfs, suffix] = await compressed(archive, options.compression);
  const firmware = options.measure ? await firmwareOf(lock, inputs, options) : undefined;
  const measurements = firmware && measurementsOf({ ...firmware, kernel, initramfs, memoryBytes: ramBytes });

  const names = {
    kernel: `${name}-vmlinuz`,
    initramfs: `${name}-initramfs.cpio${suffix}`,
    firmware: firmware && `${name}-ovmf.fd`,
  };
  const launch = { ...names, memory, cpus, sshForward };
  const files = new Map<string, { content: Uint8Array; isProgram: boolean }>();
  const add = (file: string, content: Uint8Array | string, isProgram = false): void => {
    files.set(file, { content: typeof content === "string" ? new TextEncoder().encode(content) : content, isProgram });
  };
  add(names.kernel, kernel);
  add(names.initramfs, initramfs);
  if (firmware !== undefined) add(names.firmware!, firmware.firmware);
  add(`${name}-run-qemu.sh`, plainScript(launch), true);
  if (firmware !== undefined) add(`${name}-launch-tdx.sh`, launchScript(launch), true);
  for (const [register, value] of registersOf(measurements)) add(`${name}-${register}.hex`, value);
  if (options.bundle) {
    const parts = [...files].map(([file, { content }]) => [file, content] as const);
    add(`${name}.run`, await selfExtracting(parts, firmware ? `${name}-launch-tdx.sh` : `${name}-run-qemu.sh`), true);
  }
  add(`${name}-manifest.json`, manifestOf(lock, options, files, measurements));
  return { files, measurements };
}

/** The measurements by the ends of their files' names. */
function registersOf(measurements: ExpectedMeasurements | undefined): [register: string, value: string][] {
  if (measurements === undefined) return [];
  const { mrtd, rtmr1, rtmr2 } = measurements;
  return [
    ["mrtd.qemu8", mrtd.qemu8],
    ["mrtd.qemu9", mrtd.qemu9],
    ["rtmr1", rtmr1],
    ["rtmr2", rtmr2],
  ];
}

function manifestOf(
  { base, inputs }: ImageLock,
  { name, memory, cpus, args, env }: BuildOptions,
  files: BuiltImage["files"],
  measurements: ExpectedMeasurements | undefined,
): string {
  const digests = [...files].map(([file, { content }]) => [file, { sha256: sha256Of(content), bytes: content.length }]);
  const manifest = {
    name,
    base,
    commandLine: COMMAND_LINE,
    memory,
    cpus,
    args,
    env: Object.keys(env),
    measurements: measurements ?? null,
    files: Object.fromEntries(digests) as Record<string, object>,
    inputs: inputs.map((one) => ({ name: one.name, role: one.role, sha256: one.sha256 })),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

async function members(inputs: Inputs, lock: ImageLock, role: "kernel" | "firmware"): Promise<ArchiveMember[]> {
  const input = inputOf(lock, role);
  return readPackage(await inputs.get(input), input.name);
}

function vmlinuzIn(files: readonly ArchiveMember[]): Uint8Array {
  const found = files.find(({ kind, path }) => kind === "file" && /(^|\/)vmlinuz[^/]*$/.test(path));
  if (found === undefined) throw malformed("the kernel's package", "no vmlinuz in it");
  return found.content;
}

async function firmwareOf(
  lock: ImageLock,
  inputs: Inputs,
  { custom, firmwareGeneration }: BuildOptions,
): Promise<{ firmware: Uint8Array; generation: ExpectedMeasurements["firmwareGeneration"] }> {
  if (custom.firmware !== undefined) {
    return {
      firmware: await readFile(custom.firmware),
      generation: firmwareGeneration ?? generationOf(custom.firmware),
    };
  }
  const files = await members(inputs, lock, "firmware");
  const found = files.find(({ kind, path }) => kind === "file" && /(^|\/)OVMF\.fd$/.test(path));
  if (found === undefined) throw malformed("the firmware's package", "no OVMF.fd in it");
  return { firmware: found.content, generation: firmwareGeneration ?? generationOf(inputOf(lock, "firmware").name) };
}

/** The modules of the guest, and those that were asked for, each behind what it needs. */
async function modulesOf(
  lock: ImageLock,
  inputs: Inputs,
  { custom, kernelModules, kernelModulesDir }: BuildOptions,
  kernelDeb: readonly ArchiveMember[],
): Promise<KernelModule[]> {
  const found = new Map<string, ArchiveMember>();
  const take = (files: readonly ArchiveMember[]): void => {
    for (const [name, member] of modulesIn(files)) found.set(name, member);
  };
  // Modules of another kernel would not load.
  if (custom.kernel === undefined) {
    take(kernelDeb);
    for (const input of inputsOf(lock, "modules")) take(await readPackage(await inputs.get(input), input.name));
  }
  if (kernelModulesDir !== undefined) take(await filesBelow(kernelModulesDir));
  const own = await Promise.all(kernelModules.map(async (path) => memberOf(path, await readFile(path))));
  take(own);
  return modulesInOrder(found, [...GUEST_MODULES, ...modulesIn(own).keys()]);
}

async function filesBelow(folder: string): Promise<ArchiveMember[]> {
  const paths = await readdir(folder, { recursive: true }).catch((error: Error) => {
    throw usageError(`${folder}: ${error.message}`);
  });
  const modules = paths.filter((path) => /\.ko(\.(xz|zst|gz))?$/.test(path)).sort();
  return Promise.all(modules.map(async (path) => memberOf(path, await readFile(join(folder, path)))));
}

function memberOf(path: string, content: Uint8Array): ArchiveMember {
  return { path, kind: "file", mode: 0o644, content, target: "" };
}

async function rootOf(lock: ImageLock, inputs: Inputs, { custom }: BuildOptions): Promise<FileTree> {
  const tree = new FileTree();
  // Where Debian and its like have merged /usr, a package may still name the old folders.
  if (lock.base !== "alpine")
    for (const folder of ["bin", "sbin", "lib", "lib64"]) tree.addSymlink(folder, `usr/${folder}`);
  if (custom.rootfs !== undefined) await unpackInto(tree, await readFile(custom.rootfs), custom.rootfs);
  else for (const input of inputsOf(lock, "rootfs")) await unpackInto(tree, await inputs.get(input), input.name);
  for (const input of inputsOf(lock, "package")) await unpackInto(tree, await inputs.get(input), input.name);
  if (custom.node !== undefined) tree.addFile("usr/bin/node", await readFile(custom.node), 0o755);
  else {
    for (const input of inputsOf(lock, "node")) {
      const files = await readPackage(await inputs.get(input), input.name);
      const binary = files.find(({ path }) => path.endsWith("bin/node"));
      if (binary === undefined) throw malformed(input.name, "no bin/node in it");
      tree.addFile("usr/bin/node", binary.content, 0o755);
    }
  }
  if (!tree.has("usr/bin/node")) {
    throw new CliError(EXIT.usage, "the image has no Node.js", {
      advice: "pin the inputs anew, or name one: --node FILE",
    });
  }
  return tree;
}

/** What every guest has, whatever its base. */
function addGuest(
  tree: FileTree,
  { name, program, args, env, sshKeys }: BuildOptions,
  modules: readonly KernelModule[],
): void {
  for (const folder of ["proc", "sys", "dev", "tmp", "run", "root", "etc", "var/log", "opt/app"])
    tree.addDirectory(folder);
  const busybox = tree.read("bin/busybox") ?? tree.read("usr/bin/busybox");
  if (busybox === undefined) throw new CliError(EXIT.usage, "the base has no busybox, which the guest begins with");
  if (tree.read("bin/busybox") === undefined) tree.addSymlink("bin/busybox", "../usr/bin/busybox");
  for (const shell of ["bin/sh", "usr/bin/env"]) if (!tree.has(shell)) tree.addSymlink(shell, "/bin/busybox");
  const files = modules.map((module) => `/lib/modules/${module.name}.ko`);
  for (const [i, { content }] of modules.entries()) tree.addFile(files[i]!.slice(1), content);
  if (!tree.has("etc/passwd")) tree.addFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
  if (!tree.has("etc/group")) tree.addFile("etc/group", "root:x:0:\n");
  tree.addFile("etc/resolv.conf", "");
  tree.addFile("etc/udhcpc.script", UDHCPC_SCRIPT, 0o755);
  const ssh = sshKeys.length > 0;
  if (ssh) {
    if (!tree.has("usr/sbin/dropbear")) {
      throw new CliError(EXIT.usage, "the image has no server of SSH", { advice: "pin one: mosaik tdx lock --ssh" });
    }
    tree.addDirectory("root/.ssh", 0o700);
    tree.addFile("root/.ssh/authorized_keys", `${sshKeys.join("\n")}\n`, 0o600);
  }
  tree.addFile(PROGRAM, program.code);
  if (program.addon !== undefined) tree.addFile(ADDON, program.addon);
  const own: Record<string, string> = program.addon === undefined ? {} : { MOSAIK_IROH_ADDON: `/${ADDON}` };
  const command = ["/usr/bin/node", `/${PROGRAM}`, ...args];
  tree.addFile(
    "init",
    initScript({ workload: { name, command, env: { ...own, ...env } }, modules: files, ssh }),
    0o755,
  );
}

async function addExtras(tree: FileTree, { extraFiles }: BuildOptions): Promise<void> {
  for (const [host, guest] of extraFiles) {
    const content = await readFile(host).catch((error: Error) => {
      throw usageError(`${host}: ${error.message}`);
    });
    tree.addFile(guest, content);
  }
}

/** As WebAssembly, so that the bytes do not depend on the version of Node or on the processor. */
async function compressed(archive: Uint8Array, compression: Compression): Promise<[bytes: Uint8Array, suffix: string]> {
  if (compression === "none") return [archive, ""];
  const { Zstd } = await import("@hpcc-js/wasm-zstd");
  return [(await Zstd.load()).compress(archive, ZSTD_LEVEL), ".zst"];
}

/** Beyond it an image is a tenth smaller, and takes twice as long to make. */
const ZSTD_LEVEL = 3;
