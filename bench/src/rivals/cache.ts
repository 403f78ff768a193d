import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where rivals are kept: outside the checkout, beside what else is built once. */
export function rivalsDirectory(): string {
  const directory = join(process.env["MOSAIK_CACHE"] || join(homedir(), ".cache", "mosaik"), "rivals");
  mkdirSync(directory, { recursive: true });
  return directory;
}

/**
 * Remembers why an installation failed, for the process that runs the benchmarks: it cannot reach the network, and only it
 * writes rows.
 */
export class Failure {
  readonly #path: string;

  /** @param name of the installation, with its version */
  constructor(name: string) {
    this.#path = join(rivalsDirectory(), `${name}.failed`);
  }

  get reason(): string | undefined {
    return existsSync(this.#path) ? readFileSync(this.#path, "utf8") : undefined;
  }

  /** Runs an installation; if it fails, says so and remembers why. */
  async remember(install: () => Promise<void>): Promise<void> {
    rmSync(this.#path, { force: true });
    try {
      await install();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      writeFileSync(this.#path, reason);
      console.error(`this rival will be skipped: ${reason}`);
    }
  }
}
