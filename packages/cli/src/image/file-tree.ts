/** What stands under a path. */
export type TreeNode =
  | { readonly kind: "directory"; readonly mode: number }
  | { readonly kind: "file"; readonly mode: number; readonly content: Uint8Array }
  | { readonly kind: "symlink"; readonly target: string };

/** Links that lead to links that … end somewhere, or are refused. */
const LINKS_MAX = 40;

/**
 * A root file system in memory. All belongs to root and has no times: two trees of the same content are equal, whoever made them and when. Paths are
 * relative to the root, without a slash before them.
 */
export class FileTree {
  readonly #nodes = new Map<string, TreeNode>();

  /** Adds a file, and the folders above it. What was there is replaced. Links on the way are followed, as on a file system. */
  addFile(path: string, content: Uint8Array | string, mode = 0o644): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    this.#add(path, { kind: "file", mode, content: bytes });
  }

  addSymlink(path: string, target: string): void {
    this.#add(path, { kind: "symlink", target });
  }

  /** A folder that is there stays as it is; so does a link to one. */
  addDirectory(path: string, mode = 0o755): void {
    const at = this.#real(path);
    if (at === "" || this.#nodes.get(at)?.kind === "directory") return;
    this.#add(at, { kind: "directory", mode });
  }

  /** Whether anything stands there, links followed. */
  has(path: string): boolean {
    return this.#nodes.has(this.#real(path));
  }

  /** The content of a file, links followed. */
  read(path: string): Uint8Array | undefined {
    const node = this.#nodes.get(this.#real(path));
    return node?.kind === "file" ? node.content : undefined;
  }

  /** All that there is, in the order of the paths' bytes; a folder comes before what is in it. */
  entries(): [path: string, node: TreeNode][] {
    const encoder = new TextEncoder();
    return [...this.#nodes]
      .map((entry) => [encoder.encode(entry[0]), entry] as const)
      .sort(([a], [b]) => Buffer.compare(a, b))
      .map(([, entry]) => entry);
  }

  #add(path: string, node: TreeNode): void {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw new RangeError("the root itself is no file");
    let folder = "";
    for (const part of parts) {
      folder = this.#real(joined(folder, part));
      if (this.#nodes.get(folder)?.kind !== "directory") {
        this.#nodes.set(folder, { kind: "directory", mode: 0o755 });
      }
    }
    this.#nodes.set(joined(folder, name), node);
  }

  /** Where a path leads once its links are followed. */
  #real(path: string, depth = 0): string {
    if (depth > LINKS_MAX) throw new RangeError(`links in a circle: ${path}`);
    let at = "";
    const parts = partsOf(path);
    for (const [i, part] of parts.entries()) {
      const next = joined(at, part);
      const node = this.#nodes.get(next);
      if (node?.kind !== "symlink") {
        at = next;
        continue;
      }
      const { target } = node;
      const whole = target.startsWith("/") ? target : joined(at, target);
      return this.#real([whole, ...parts.slice(i + 1)].join("/"), depth + 1);
    }
    return at;
  }
}

/** The names of a path: `.` left out, `..` resolved, never above the root. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}

function joined(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
