import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Requirement } from "../benchmark.js";
import { Failure, rivalsDirectory } from "./cache.js";
import { runWithProgress } from "./progress.js";

export interface GoServerOptions {
  readonly name: string;
  readonly version: string;
  /** The path of its main package; the module's own. */
  readonly module: string;
  /** How long building it takes on a cold machine. */
  readonly aboutSeconds: number;
}

/** A server that is built from the Go module proxy into the cache. */
export class GoServer implements Requirement {
  readonly version: string;
  readonly #options: GoServerOptions;
  readonly #name: string;

  constructor(options: GoServerOptions) {
    this.#options = options;
    this.version = options.version;
    this.#name = `${options.name}-${options.version}`;
  }

  get binary(): string {
    return join(rivalsDirectory(), this.#name);
  }

  async prepare(): Promise<void> {
    if (!existsSync(this.binary)) await new Failure(this.#name).remember(() => this.#install());
  }

  obstacle(): string | undefined {
    if (existsSync(this.binary)) return undefined;
    return `its server is not installed (${new Failure(this.#name).reason ?? "run this through npm run bench"})`;
  }

  /** `go install` takes no module that replaces others, as etcd's does: it is built as what another one requires. */
  async #install(): Promise<void> {
    const { module, version, aboutSeconds } = this.#options;
    const partial = `${this.binary}.${process.pid}.partial`;
    mkdirSync(partial);
    const go = (seconds: number, ...args: string[]): Promise<void> =>
      runWithProgress(`${this.#name} (go ${args[0]})`, "go", args, {
        cwd: partial,
        env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
        aboutSeconds: seconds,
      });
    try {
      await go(1, "mod", "init", "bench");
      await go(30, "get", `${module}@v${version}`);
      await go(aboutSeconds, "build", "-o", "server", module);
      renameSync(join(partial, "server"), this.binary);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
}
