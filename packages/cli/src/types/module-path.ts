import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

/** The path of the module that a Rust file is, by where it lies in its crate; nothing if that cannot be told. */
export async function modulePathOf(file: string): Promise<string | undefined> {
  const path = resolve(file);
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readFile(join(folder, "Cargo.toml"), "utf8").catch(() => undefined);
    if (manifest === undefined) continue;
    const crate = crateName(manifest);
    return crate === undefined ? undefined : pathInCrate(crate, relative(folder, path));
  }
  return undefined;
}

/** `[lib] name`, or else that of the package. */
function crateName(manifest: string): string | undefined {
  const section = (name: string) =>
    new RegExp(`^\\[${name}\\]\\s*$([^]*?)(?=^\\[|$(?![^]))`, "m").exec(manifest)?.[1] ?? "";
  const nameIn = (text: string) => /^name\s*=\s*"([^"]+)"/m.exec(text)?.[1];
  return (nameIn(section("lib")) ?? nameIn(section("package")))?.replaceAll("-", "_");
}

function pathInCrate(crate: string, path: string): string | undefined {
  const [source, ...parts] = path.split(sep);
  if (source !== "src" || parts.length === 0) return undefined;
  const file = basename(parts.pop()!, ".rs");
  // Each file of src/bin is a crate of its own.
  if (parts[0] === "bin") return parts.length === 1 ? file.replaceAll("-", "_") : undefined;
  const isRoot = parts.length === 0 && (file === "lib" || file === "main");
  return [crate, ...parts, ...(isRoot || file === "mod" ? [] : [file])].join("::");
}
