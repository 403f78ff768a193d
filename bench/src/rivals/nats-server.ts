import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Requirement } from "../benchmark.js";
import { Failure, rivalsDirectory } from "./cache.js";
import { runWithProgress } from "./progress.js";

export const NATS_SERVER_VERSION = "2.15.2";

const NAME = `nats-server-${NATS_SERVER_VERSION}`;

export function natsServerBinary(): string {
  return join(rivalsDirectory(), NAME);
}

/** The NATS server, built from the Go module proxy into the cache. */
export const natsServer: Requirement = {
  async prepare() {
    if (!existsSync(natsServerBinary())) await new Failure(NAME).remember(install);
  },
  obstacle() {
    if (existsSync(natsServerBinary())) return undefined;
    return `its server is not installed (${new Failure(NAME).reason ?? "run this through npm run bench"})`;
  },
};

async function install(): Promise<void> {
  const partial = `${natsServerBinary()}.${process.pid}.partial`;
  mkdirSync(partial);
  try {
    const module = `github.com/nats-io/nats-server/v2@v${NATS_SERVER_VERSION}`;
    await runWithProgress(NAME, "go", ["install", module], {
      env: { ...process.env, GOBIN: partial, GOTOOLCHAIN: "local" },
      aboutSeconds: 90,
    });
    renameSync(join(partial, "nats-server"), natsServerBinary());
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
