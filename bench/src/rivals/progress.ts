import { spawn } from "node:child_process";

const PLAIN_PROGRESS_EVERY_MS = 10_000;
const WORDS_MAX = 16_384;
/** What npm and Go say besides what went wrong. */
const NOISE = /^(npm warn|go: downloading)/;

/** A command of a set-up ended with a code other than 0; the message holds the beginning of what it said. */
export class SetUpFailed extends Error {
  override readonly name = "SetUpFailed";
}

/**
 * Runs a command of a set-up, with one line on stderr that says what it does and for how long.
 *
 * @param aboutSeconds how long it takes on a cold machine
 * @throws SetUpFailed
 */
export async function runWithProgress(
  what: string,
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv; aboutSeconds: number },
): Promise<void> {
  const startMs = Date.now();
  const line = (): string =>
    `installing ${what}: ${Math.round((Date.now() - startMs) / 1000)} s of about ${options.aboutSeconds} s`;
  const { isTTY } = process.stderr;
  console.error(line());
  const timer = setInterval(
    () => (isTTY ? process.stderr.write(`\r\x1b[K${line()}`) : console.error(line())),
    isTTY ? 250 : PLAIN_PROGRESS_EVERY_MS,
  );
  let words = "";
  const code = await new Promise<number | string>((resolve) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
    const hear = (text: Buffer): void => void (words = (words + text.toString()).slice(-WORDS_MAX));
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", (error) => resolve(error.message));
    child.once("close", (exitCode, signal) => resolve(exitCode ?? signal ?? "unknown"));
  });
  clearInterval(timer);
  if (isTTY) process.stderr.write("\r\x1b[K");
  if (code === 0) return;
  const said = words.split("\n").filter((line) => line.trim() !== "" && !NOISE.test(line));
  throw new SetUpFailed(`${command} ended with ${code}${said.length === 0 ? "" : `: ${said.slice(0, 3).join(" / ")}`}`);
}

/** `npm run` tells its children which project they belong to; what is installed by itself is another one. */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_(package|lifecycle|config_local_prefix)/i.test(name)),
  );
}
