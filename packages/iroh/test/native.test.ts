import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { nativeAvailable, nativeLoadError } from "../src/index.js";

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

/** What a program finds whose addon is the file `addon`. */
function find(addon: string): { available: boolean; failures: unknown[]; error?: string } {
  const program = spawnSync(process.execPath, ["--input-type=module", "--eval", report], {
    cwd: packageDir,
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
    expect(found.error).toMatch(/missing at .*nowhere\.node: run `npm run build:native`[^.]*\.$/);
    expect(found.failures).toEqual([found.error, found.error]);
  });

  it("says so where the file is no addon of this machine", () => {
    expect(find("README.md").error).toMatch(/README\.md does not load: build it on this machine/);
  });
});
