import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cargoBuild, ToolchainMissing } from "../../../iroh/build/cargo-build.mjs";

/** What the Rust program says of a value. */
export interface Answer {
  readonly typeName: string;
  readonly hex: string;
  /** What serde_json prints, or `none: ` and why. */
  readonly json: string;
}

/** The Rust program of interop/rust-types, made for some definitions. */
export class RustCrate {
  private constructor(private readonly binary: string) {}

  /**
   * Compiles definitions: `types` for the root of the crate `demo`, `messages` for its module of that name, and the types to exchange values
   * of, by their index. Nothing if there is no Rust toolchain.
   */
  static async build(types: string, messages: string, table: readonly string[]): Promise<RustCrate | undefined> {
    const dir = mkdtempSync(join(tmpdir(), "mosaik-types-"));
    const answers = table.map((type, index) => `        ${index} => exchange::answer::<${type}>(form, text),\n`);
    writeFileSync(join(dir, "types.rs"), types);
    writeFileSync(join(dir, "messages.rs"), messages);
    writeFileSync(
      join(dir, "table.rs"),
      `|index: usize, form: &str, text: &str| match index {\n${answers.join("")}        _ => Err("no such type".into()),\n}\n`,
    );
    try {
      const crateDir = fileURLToPath(new URL("../../../../interop/rust-types", import.meta.url));
      const destination = fileURLToPath(new URL("../../../../interop/bin/types", import.meta.url));
      const generated = { variable: "MOSAIK_TYPES_DIR", dir };
      await cargoBuild({
        name: "mosaik-types",
        crateDir,
        artifact: "demo",
        destination,
        minutes: 1,
        target: "mosaik-peer",
        generated,
      });
      return new RustCrate(destination);
    } catch (error) {
      if (!(error instanceof ToolchainMissing)) throw error;
      console.warn(`The exchange with Rust is skipped: ${error.message}`);
      return undefined;
    } finally {
      rmSync(dir, { recursive: true });
    }
  }

  /** What Rust makes of each line: `bytes INDEX HEX` or `json INDEX TEXT`. */
  ask(lines: readonly string[]): (Answer | string)[] {
    const { stdout, stderr, status } = spawnSync(this.binary, { input: lines.join("\n"), encoding: "utf8" });
    if (status !== 0) throw new Error(`the Rust program failed: ${stderr}`);
    const answers = stdout.split("\n").slice(0, -1);
    return answers.map((answer) => {
      const [typeName, hex, json] = answer.split("\t") as [string, string, string];
      return typeName === "error" ? hex : { typeName, hex, json };
    });
  }
}
