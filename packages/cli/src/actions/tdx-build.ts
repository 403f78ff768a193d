import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Invocation } from "../action.js";
import type { BuildFlags, LockFlags } from "../commands/tdx.js";
import { usageError } from "../exit.js";
import { buildImage, type BuildOptions } from "../image/build.js";
import { type Inputs } from "../image/inputs.js";
import { parseLock, type ImageLock } from "../image/lock.js";
import { filePair, imageEnvironment, memoryBytes, portPair, publicKey, variable } from "../image/options.js";
import { bundleProgram } from "../image/program.js";
import type { Output } from "../output.js";
import { inputsFor, writeLock } from "./tdx-lock.js";

/** Makes an image of a program. */
export async function buildTdxImage({ args, options, output, signal }: Invocation<BuildFlags>): Promise<void> {
  const env = imageEnvironment(process.env);
  if (env.skip) return output.result({ skipped: true }, "skipped: TDX_IMAGE_SKIP is 1");
  const [entry] = args as [string];
  const build = buildOptionsOf(options, env, entry);
  const inputs = inputsFor(options, output, signal);
  const pinned = await pinnedLock(options);
  const base = pinned?.base ?? options.distro ?? "minimal";
  output.note("bundling the program");
  const program = await bundleProgram(entry, base === "alpine" ? "musl" : "gnu", options.addon);
  const lock = pinned ?? (await newLock(inputs, { ...options, distro: base, ssh: build.sshKeys.length > 0 }, output));
  output.note("building the image");
  const image = await buildImage(lock, inputs, { ...build, program });
  await mkdir(options.out, { recursive: true });
  for (const [file, { content, isProgram }] of image.files) {
    const path = join(options.out, file);
    await writeFile(path, content);
    await chmod(path, isProgram ? 0o755 : 0o644);
  }
  const { measurements } = image;
  const files = [...image.files].map(([file, { content }]) => ({
    file: join(options.out, file),
    bytes: content.length,
  }));
  const registers = measurements && {
    "mrtd (QEMU 8)": measurements.mrtd.qemu8,
    "mrtd (QEMU 9)": measurements.mrtd.qemu9,
    rtmr1: measurements.rtmr1,
    rtmr2: measurements.rtmr2,
  };
  const lines = [
    ...files.map(({ file, bytes }) => `${file}  ${bytes} bytes`),
    ...Object.entries(registers ?? {}).map(([register, value]) => `${register}: ${value}`),
  ];
  output.result({ files, measurements: measurements === undefined ? null : { ...measurements } }, lines.join("\n"));
}

/** The lock that is there. @throws CliError for one of another base than is asked for */
async function pinnedLock(options: BuildFlags): Promise<ImageLock | undefined> {
  const text = await readFile(options.lock, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lock = parseLock(text, options.lock);
  if (options.distro !== undefined && options.distro !== lock.base) {
    throw usageError(
      `${options.lock} is of the base ${lock.base}, not ${options.distro}`,
      `pin the other: mosaik tdx lock --distro ${options.distro} --lock FILE`,
    );
  }
  return lock;
}

async function newLock(inputs: Inputs, options: LockFlags, output: Output): Promise<ImageLock> {
  const lock = await writeLock(inputs, options);
  output.note(`${options.lock} was not there: it pins ${lock.inputs.length} inputs now. Keep it with the program`);
  return lock;
}

function buildOptionsOf(
  flags: BuildFlags,
  env: ReturnType<typeof imageEnvironment>,
  entry: string,
): Omit<BuildOptions, "program"> {
  const cpus = Number(flags.cpus);
  if (!Number.isInteger(cpus) || cpus < 1) throw usageError(`a guest has one processor or more, not ${flags.cpus}`);
  memoryBytes(flags.memory);
  const name = flags.name ?? basename(entry).replace(/\.[^.]+$/, "");
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw usageError(`an image cannot be named ${name}`);
  return {
    name,
    args: flags.arg ?? [],
    env: Object.fromEntries((flags.env ?? []).map(variable)),
    custom: {
      kernel: flags.customVmlinuz ?? env.kernel,
      firmware: flags.customOvmf ?? env.ovmf,
      rootfs: flags.customRootfs,
      node: flags.node,
    },
    extraFiles: [...env.extraFiles, ...(flags.extraFile ?? []).map(filePair)],
    kernelModules: flags.kernelModule ?? env.kernelModules,
    kernelModulesDir: flags.kernelModulesDir ?? env.kernelModulesDir,
    sshKeys: (flags.sshKey ?? []).map(publicKey),
    sshForward: flags.sshForward === undefined ? undefined : portPair(flags.sshForward),
    memory: flags.memory,
    cpus,
    compression: flags.compression,
    bundle: flags.bundleRunner ?? false,
    measure: flags.measurements,
    firmwareGeneration: flags.firmwareGeneration,
  };
}
