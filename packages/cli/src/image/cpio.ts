import type { FileTree, TreeNode } from "./file-tree.js";

const HEADER_BYTES = 110;
const TRAILER = "TRAILER!!!";
/** Archives end at a multiple of this. */
const BLOCK_BYTES = 512;

const TYPE = { directory: 0o040000, file: 0o100000, symlink: 0o120000 } as const;
const encoder = new TextEncoder();

/**
 * An archive as the kernel unpacks it at its start: cpio, "new ASCII" without checksums (Linux, Documentation/driver-api/early-userspace/buffer-format).
 * Owners, times and numbers of inodes say nothing of where it was made.
 */
export function cpioOf(tree: FileTree): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const push = (bytes: Uint8Array): void => {
    parts.push(bytes);
    length += bytes.length;
  };
  const pad = (to: number): void => push(new Uint8Array((to - (length % to)) % to));
  const add = (path: string, inode: number, mode: number, content: Uint8Array): void => {
    push(header(inode, mode, content.length, path));
    pad(4);
    push(content);
    pad(4);
  };
  for (const [i, [path, node]] of tree.entries().entries()) add(path, i + 1, modeOf(node), contentOf(node));
  add(TRAILER, 0, 0, new Uint8Array());
  pad(BLOCK_BYTES);
  return new Uint8Array(Buffer.concat(parts));
}

function header(inode: number, mode: number, bytes: number, path: string): Uint8Array {
  const name = encoder.encode(`${path}\0`);
  const [owner, links, time, device] = [0, 1, 0, 0];
  const fields = [inode, mode, owner, owner, links, time, bytes, device, device, device, device, name.length, 0];
  const hex = fields.map((field) => field.toString(16).toUpperCase().padStart(8, "0")).join("");
  const whole = new Uint8Array(HEADER_BYTES + name.length);
  whole.set(encoder.encode(`070701${hex}`));
  whole.set(name, HEADER_BYTES);
  return whole;
}

function modeOf(node: TreeNode): number {
  return TYPE[node.kind] | (node.kind === "symlink" ? 0o777 : node.mode & 0o7777);
}

function contentOf(node: TreeNode): Uint8Array {
  if (node.kind === "file") return node.content;
  return node.kind === "symlink" ? encoder.encode(node.target) : new Uint8Array();
}
