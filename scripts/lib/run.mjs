import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The folder of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a command in the checkout with our own input and output; resolves with its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", ...options });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}

/** Runs a step with its name and how long it took; throws if it fails. */
export async function step(name, task) {
  const startMs = Date.now();
  console.log(`== ${name}`);
  const code = await task();
  if (typeof code === "number" && code !== 0) throw new StepFailed(name, code);
  console.log(`== ${name}: ${((Date.now() - startMs) / 1000).toFixed(1)} s`);
}

/** A command of a step ended with a code other than 0. */
export class StepFailed extends Error {
  constructor(name, code) {
    super(`${name} failed with code ${code}`);
    this.code = code;
  }
}
