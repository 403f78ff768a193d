import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Summary } from "../src/account/summary.js";

const TSC = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const DEMO = fileURLToPath(new URL("..", import.meta.url));
const MAIN = join(DEMO, "dist/main.js");

export interface DemoRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What `--json` wrote; `undefined` if it came to that not. */
  readonly summary: Summary | undefined;
}

/** The demo runs as built: makes sure that it is, from the present sources. */
export async function buildDemo(): Promise<void> {
  await promisify(execFile)(process.execPath, [TSC, "-b", DEMO]).catch((error: { stdout: string }) => {
    throw new Error(`the demo does not compile:\n${error.stdout}`);
  });
}

/** Runs the demo to its end, or until `onOutput` does something about it. */
export async function runDemo(
  args: readonly string[],
  onOutput: (stdout: string, signal: (name: NodeJS.Signals) => void) => void = () => {},
): Promise<DemoRun> {
  const folder = await mkdtemp(join(tmpdir(), "mosaik-demo-"));
  try {
    const json = join(folder, "summary.json");
    const child = spawn(process.execPath, [MAIN, ...args, "--json", json], { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput(stdout, (name) => child.kill(name));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const [code] = (await once(child, "close")) as [number | null];
    const written = await readFile(json, "utf8").catch(() => undefined);
    return { code, stdout, stderr, summary: written === undefined ? undefined : (JSON.parse(written) as Summary) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The summary of a run in which everything must have held. */
export function soundSummary({ code, stdout, stderr, summary }: DemoRun): Summary {
  if (summary === undefined || code !== 0 || summary.violations.length > 0) {
    throw new Error(`the demo ended with code ${String(code)}\n${stdout}\n${stderr}`);
  }
  return summary;
}
