import { writeFile } from "node:fs/promises";
import type { Invocation } from "../action.js";
import type { LockFlags } from "../commands/tdx.js";
import { usageError } from "../exit.js";
import { Inputs } from "../image/inputs.js";
import { lockText, type ImageLock } from "../image/lock.js";
import { imageEnvironment, mirror } from "../image/options.js";
import { pinInputs } from "../image/recipes.js";
import type { Output } from "../output.js";

/** Pins what images are built of. */
export async function lockImage({ options, output, signal }: Invocation<LockFlags>): Promise<void> {
  const inputs = inputsFor(options, output, signal);
  const lock = await writeLock(inputs, options);
  if (options.fetch) for (const input of lock.inputs) await inputs.get(input);
  output.result(
    { lock: options.lock, base: lock.base, inputs: lock.inputs.length },
    `${options.lock} pins ${lock.inputs.length} inputs of the base ${lock.base}: keep it with the program`,
  );
}

/** Fetches by the options that all commands of images have. */
export function inputsFor(
  { mirror: mirrors = [], cacheDir }: { readonly mirror?: readonly string[]; readonly cacheDir?: string },
  output: Output,
  signal: AbortSignal,
): Inputs {
  return new Inputs({
    cacheDir,
    mirrors: mirrors.map(mirror),
    signal,
    onFetch: (url) => output.note(`fetching ${url}`),
  });
}

/** Finds out what there is to pin, and writes it. */
export async function writeLock(inputs: Inputs, flags: LockFlags): Promise<ImageLock> {
  const env = imageEnvironment(process.env);
  const lock = await pinInputs(inputs, {
    base: flags.distro,
    suite: flags.suite,
    alpineVersion: flags.majorVersion ?? env.alpineVersion,
    alpineMinor: flags.minorVersion ?? env.alpineMinor,
    ubuntuVersion: flags.ubuntuVersion ?? env.ubuntuVersion,
    kernelVersion: flags.kernelVersion ?? env.kernelVersion,
    kernelAbi: flags.kernelAbi ?? env.kernelAbi,
    ovmfVersion: flags.ovmfVersion ?? env.ovmfVersion,
    nodeVersion: flags.nodeVersion,
    packages: flags.package ?? [],
    ssh: flags.ssh ?? false,
    day: new Date(),
  });
  await writeFile(flags.lock, lockText(lock)).catch((error: Error) => {
    throw usageError(`cannot write ${flags.lock}: ${error.message}`);
  });
  return lock;
}
