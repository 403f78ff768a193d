import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Requirement } from "../benchmark.js";
import { Failure, rivalsDirectory } from "./cache.js";
import { runWithProgress } from "./progress.js";

export const ETCD_VERSION = "3.7.3";

const NAME = `etcd-${ETCD_VERSION}`;
const MODULE = "go.etcd.io/etcd/server/v3";

export function etcdBinary(): string {
  return join(rivalsDirectory(), NAME);
}

/** The etcd server, built from the Go module proxy into the cache. */
export const etcdServer: Requirement = {
  async prepare() {
    if (!existsSync(etcdBinary())) await new Failure(NAME).remember(install);
  },
  obstacle() {
    if (existsSync(etcdBinary())) return undefined;
    return `its server is not installed (${new Failure(NAME).reason ?? "run this through npm run bench"})`;
  },
};

/** `go install` takes no module that replaces others, as etcd's does: it is built as what another one requires. */
async function install(): Promise<void> {
  const partial = `${etcdBinary()}.${process.pid}.partial`;
  mkdirSync(partial);
  const go = (aboutSeconds: number, ...args: string[]): Promise<void> =>
    runWithProgress(`${NAME} (go ${args[0]})`, "go", args, {
      cwd: partial,
      env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=mod" },
      aboutSeconds,
    });
  try {
    await go(1, "mod", "init", "bench");
    await go(30, "get", `${MODULE}@v${ETCD_VERSION}`);
    await go(120, "build", "-o", "etcd", MODULE);
    renameSync(join(partial, "etcd"), etcdBinary());
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
