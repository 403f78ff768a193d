import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nativeAvailable, nativeLoadError } from "../src/index.js";
import { platformPackages } from "../src/platforms.js";
import { buildProgram } from "../../mosaik/test/build-program.js";

const packageDir = fileURLToPath(new URL("..", import.meta.url));
const report = `
  import { blake3, iroh, nativeAvailable, nativeLoadError } from "@mosaik/iroh";
  const message = (error) => error.message;
  const failures = [
    await iroh.bind({ secretKey: new Uint8Array(32), alpns: [] }).then(() => "bound", message),
    (() => { try { return blake3(new Uint8Array(1)).length; } catch (error) { return message(error); } })(),
  ];
  console.log(JSON.stringify({ available: nativeAvailable(), failures, error: nativeLoadError()?.message }));
  process.exit();
`;

/** What a program finds in a folder, whose addon is the file `addon`. */
function find(addon: string, cwd = packageDir): { available: boolean; failures: unknown[]; error?: string } {
  const program = spawnSync(process.execPath, ["--input-type=module", "--eval", report], {
    cwd,
    env: { ...process.env, MOSAIK_IROH_ADDON: addon },
    encoding: "utf8",
  });
  return JSON.parse(program.stdout) as ReturnType<typeof find>;
}

describe("the native part", () => {
  it("is found beside src and beside dist", () => {
    expect(nativeLoadError()).toBeUndefined();
    expect(nativeAvailable()).toBe(true);
    expect(find("")).toEqual({ available: true, failures: ["bound", 32] });
  });

  it("is found by a path relative to the program", () => {
    const addon = `native/mosaik-iroh.${process.platform}-${process.arch}.node`;
    expect(find(addon)).toMatchObject({ available: true });
  });

  it("is missing with one sentence that says what to do, in every function", () => {
    const found = find("nowhere.node");
    expect(found.available).toBe(false);
    expect(found.error).toMatch(/missing at .*nowhere\.node: unset MOSAIK_IROH_ADDON, or set it to a built one\.$/);
    expect(found.failures).toEqual([found.error, found.error]);
  });

  it("says so where the file is no addon of this machine", () => {
    expect(find("README.md").error).toMatch(/README\.md does not load: build it with `npx mosaik-iroh build`/);
  });

  describe("where nothing was built, as in a package that was installed", () => {
    const file = `mosaik-iroh.${process.platform}-${process.arch}.node`;
    const [first, second] = platformPackages(process.platform, process.arch) as [string, string?];
    let project: string;

    beforeEach(async () => {
      await buildProgram(packageDir);
      project = mkdtempSync(join(tmpdir(), "mosaik-iroh-"));
      const installed = join(project, "node_modules/@mosaik/iroh");
      cpSync(join(packageDir, "dist"), join(installed, "dist"), { recursive: true });
      cpSync(join(packageDir, "package.json"), join(installed, "package.json"));
    });
    afterEach(() => rmSync(project, { recursive: true }));

    /** Installs the package of a platform with a file as its native part. */
    function install(name: string, from: string): void {
      const folder = join(project, "node_modules", name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name, main: "addon.node" }));
      cpSync(from, join(folder, "addon.node"));
    }

    it("is the package for the platform", () => {
      install(first, join(packageDir, "native", file));
      expect(find("", project)).toEqual({ available: true, failures: ["bound", 32] });
    });

    it.runIf(second !== undefined)("is the one that loads of several for this platform", () => {
      install(first, join(packageDir, "README.md"));
      install(second!, join(packageDir, "native", file));
      expect(find("", project)).toMatchObject({ available: true });
    });

    it("is missing with all that can be done about it", () => {
      const { error } = find("", project);
      expect(error).toContain(`is missing: install ${first}`);
      expect(error).toContain("build it with `npx mosaik-iroh build`");
      expect(error).toContain("`npm install @number0/iroh@1.1`, which has no groups and collections");
    });

    it("is named where its package does not load", () => {
      install(first, join(packageDir, "README.md"));
      expect(find("", project).error).toMatch(new RegExp(`^${first} does not load: build it`));
    });
  });
});
