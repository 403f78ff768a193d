import { decompressed, malformed, type ArchiveMember } from "./archives.js";

/** A module of the kernel, ready to be loaded. */
export interface KernelModule {
  /** With underscores, as the kernel has it. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** What a guest needs: quotes, a network card, and a way to its host. Those that are built into the kernel are not found as files, and not missed. */
export const GUEST_MODULES = [
  "configfs",
  "tsm",
  "tdx_guest",
  "vsock",
  "vmw_vsock_virtio_transport_common",
  "vmw_vsock_virtio_transport",
  "virtio_net",
] as const;

const FILE = /(?:^|\/)([^/]+)\.ko(?:\.(?:xz|zst|gz))?$/;

/** The modules that packages hold, by their names. */
export function modulesIn(members: readonly ArchiveMember[]): Map<string, ArchiveMember> {
  const found = new Map<string, ArchiveMember>();
  for (const member of members) {
    const name = member.kind === "file" ? FILE.exec(member.path)?.[1] : undefined;
    if (name !== undefined) found.set(nameOf(name), member);
  }
  return found;
}

/**
 * The wanted modules, decompressed, each behind those that it needs. Wanted ones that are not there are left out: they may be part of the kernel itself.
 *
 * @throws CliError for a module that is no ELF file
 */
export async function modulesInOrder(
  found: ReadonlyMap<string, ArchiveMember>,
  wanted: readonly string[],
): Promise<KernelModule[]> {
  const ordered = new Map<string, KernelModule>();
  const visit = async (wish: string): Promise<void> => {
    const name = nameOf(wish);
    const member = found.get(name);
    if (member === undefined || ordered.has(name)) return;
    const content = await decompressed(member.content, member.path);
    for (const needed of dependenciesOf(content, member.path)) await visit(needed);
    ordered.set(name, { name, content });
  };
  for (const name of wanted) await visit(name);
  return [...ordered.values()];
}

/** What a module says that it needs, in its section `.modinfo` (Linux, include/linux/module.h). */
export function dependenciesOf(module: Uint8Array, path: string): string[] {
  const bytes = Buffer.from(module.buffer, module.byteOffset, module.byteLength);
  if (bytes.toString("latin1", 0, 4) !== "\x7fELF") throw malformed(path, "no module of a kernel");
  const key = Buffer.from("\0depends=");
  const at = bytes.indexOf(key);
  if (at < 0) return [];
  const begin = at + key.length;
  return bytes
    .toString("latin1", begin, bytes.indexOf(0, begin))
    .split(",")
    .filter((name) => name !== "");
}

function nameOf(file: string): string {
  return file.replaceAll("-", "_");
}
