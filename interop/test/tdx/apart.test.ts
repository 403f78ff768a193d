import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const NOT_OURS = new Set(["node_modules", "target", "dist", ".git"]);
/** Under the AGPL-3.0-or-later. */
const AGPL = ["tdx-quote", "configfs-tsm"];
const PEER = "interop/tdx-peer";

/** Every such file of this repository, from its root. */
function filesNamed(name: string, folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesNamed(name, path);
    return entry.name === name ? [path] : [];
  });
}

describe("crates under the AGPL", () => {
  it("are in the lock of the Rust peer of TDX tickets, and in no other", () => {
    const locks = filesNamed("Cargo.lock");
    expect(locks).toContain("packages/iroh/native/Cargo.lock");
    const withThem = locks.filter((lock) => {
      const text = readFileSync(join(ROOT, lock), "utf8");
      return AGPL.some((crate) => text.includes(`name = "${crate}"`));
    });
    expect(withThem).toEqual([`${PEER}/Cargo.lock`]);
  });

  it("are in a program that cannot be published", () => {
    expect(readFileSync(join(ROOT, PEER, "Cargo.toml"), "utf8")).toMatch(/^publish = false$/m);
  });

  it("are in no package: what is published depends on nothing of interop", () => {
    for (const manifest of filesNamed("package.json", "packages")) {
      const { dependencies = {}, private: isPrivate } = JSON.parse(readFileSync(join(ROOT, manifest), "utf8")) as {
        dependencies?: Record<string, string>;
        private?: boolean;
      };
      if (isPrivate !== true) expect(Object.keys(dependencies), manifest).not.toContain("@mosaik/interop");
    }
    expect(readFileSync(join(ROOT, "interop/package.json"), "utf8")).toContain('"private": true');
  });
});
