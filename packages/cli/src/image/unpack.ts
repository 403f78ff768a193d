import { malformed, readDeb, readTar, type ArchiveMember } from "./archives.js";
import type { FileTree } from "./file-tree.js";

/** What nothing that runs in an image reads. */
const LEFT_OUT = /^usr\/share\/(doc|man|info|lintian|locale|bug|gcc|gdb)(\/|$)|^(dev|proc|sys)\/./;

/** Lays an archive, or a package, over a tree. Devices, pipes and sockets are left out: the kernel makes those that there must be. */
export async function unpackInto(tree: FileTree, bytes: Uint8Array, name: string): Promise<void> {
  const members = await readPackage(bytes, name);
  for (const member of members) {
    if (member.path === "" || LEFT_OUT.test(member.path)) continue;
    addMember(tree, member, name);
  }
}

/** The members of a package of Debian, or of an archive of any kind. */
export function readPackage(bytes: Uint8Array, name: string): Promise<ArchiveMember[]> {
  const isDeb = Buffer.from(bytes.subarray(0, 7)).toString("latin1") === "!<arch>";
  return isDeb ? readDeb(bytes, name) : readTar(bytes, name);
}

function addMember(tree: FileTree, { path, kind, mode, content, target }: ArchiveMember, name: string): void {
  switch (kind) {
    case "directory":
      return tree.addDirectory(path, mode & 0o7777);
    case "file":
      return tree.addFile(path, content, mode & 0o7777);
    case "symlink":
      return tree.addSymlink(path, target);
    case "link": {
      const linked = tree.read(target.replace(/^(\.?\/)+/, ""));
      if (linked === undefined) throw malformed(name, `${path} is a link to ${target}, which is not there`);
      return tree.addFile(path, linked, mode & 0o7777);
    }
  }
}
