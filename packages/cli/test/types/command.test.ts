import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { loadCodec } from "../../src/notation/index.js";

const MAIN = fileURLToPath(new URL("../../bin/mosaik.js", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "mosaik-types-"));
/** In here modules find the packages. */
const made = fileURLToPath(new URL(`made-command-${process.pid}`, import.meta.url));
mkdirSync(made);
afterAll(() => {
  rmSync(dir, { recursive: true });
  rmSync(made, { recursive: true });
});

function file(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function mosaik(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
  return { stdout, stderr, status };
}

const READING = "#[derive(Serialize, Deserialize)] pub struct Reading { pub celsius: f64 }";

describe("mosaik types", () => {
  it("tells the module of a Rust file by its place in its crate", () => {
    file(dir, "Cargo.toml", '[package]\nname = "sensor-node"\n[dependencies]\nname = "x"\n');
    for (const [path, name] of [
      ["src/lib.rs", "sensor_node::Reading"],
      ["src/wire/mod.rs", "sensor_node::wire::Reading"],
      ["src/wire/v1.rs", "sensor_node::wire::v1::Reading"],
      ["src/bin/a-tool.rs", "a_tool::Reading"],
    ] as const) {
      const { stdout, status } = mosaik("types", "notation", file(dir, path, READING));
      expect({ stdout, status }).toEqual({ stdout: `${name}{celsius:f64}\n`, status: 0 });
    }
    const { stderr, status } = mosaik("types", "ts", file(dir, "examples/x.rs", READING));
    expect(status).toBe(2);
    expect(stderr).toContain("--module demo::types");
  });

  it("writes Rust of a module of codecs, and a module of codecs of that", () => {
    const module = file(
      made,
      "types.mjs",
      `import { t } from "mosaik";
       export const Id = t.newtype("demo::Id", t.u64);
       export const Reading = t.struct("demo::Reading", { id: Id, celsius: t.f64 });
       export const answer = 42;`,
    );
    const rust = join(dir, "reading.rs");
    expect(mosaik("types", "rust", module, "--out", rust)).toMatchObject({ stdout: `${rust} written\n`, status: 0 });
    expect(readFileSync(rust, "utf8")).toContain("pub struct Reading {\n    pub id: Id,\n    pub celsius: f64,\n}");
    const js = join(made, "again.mjs");
    expect(mosaik("types", "js", rust, "-m", "demo", "-o", js).status).toBe(0);
    expect(mosaik("types", "notation", `${js}#Reading`).stdout).toBe(
      "demo::Id(u64);\ndemo::Reading{id:demo::Id,celsius:f64}\n",
    );
  });

  it("prints JSON for scripts", () => {
    const { stdout } = mosaik("--json", "types", "notation", "{a:u8}");
    expect(JSON.parse(stdout)).toEqual({ language: "notation", text: "{a:u8}\n" });
  });

  it.each([
    [["types", "rust", "demo::A{a:}"], "expected a type, found }", 2],
    [["types", "ts", join(dir, "missing.rs")], "cannot be read", 2],
    [["types", "rust", "./missing.mjs"], "there is no file ./missing.mjs", 2],
    [["types", "go", "u8"], "Allowed choices are rust, ts, js, notation", 2],
    [["types", "ts", "u8", "-o", join(dir, "no", "where.ts")], "cannot write", 2],
    [["types", "rust", file(made, "none.mjs", "export const a = 1;")], "exports no codec", 2],
    [["types", "rust", file(made, "bad.mjs", "export const a = ;")], "cannot be loaded", 2],
  ])("fails on %j and says why", (args, reason, code) => {
    const { stderr, status } = mosaik(...args);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(code);
  });
});

describe("a codec of a module", () => {
  const two = file(
    made,
    "two.mjs",
    'import { t } from "mosaik"; export const Reading = t.struct("demo::Reading", { a: t.u8 }); export const Other = t.u8;',
  );

  it("is found by the name of its export", async () => {
    expect((await loadCodec(`${two}#Reading`)).rustName).toBe("demo::Reading");
  });

  it("needs no name where there is one only", async () => {
    const one = file(made, "one.mjs", 'import { t } from "mosaik"; export const Reading = t.u8; export const x = 1;');
    expect((await loadCodec(one)).rustName).toBe("u8");
    await expect(loadCodec(two)).rejects.toThrow("exports several codecs: Other, Reading");
  });

  it("is guessed at where there is none of that name", async () => {
    await expect(loadCodec(`${two}#reading`)).rejects.toMatchObject({ advice: "Did you mean Reading?", exitCode: 2 });
    await expect(loadCodec(`${two}#Nothing`)).rejects.toMatchObject({ advice: "It exports Other, Reading." });
  });
});
