import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";

/** Why no network namespaces can be made here; nothing if they can. Inside the one of `scripts/lib/netns.mjs` they can. */
export function whyNoNamespace(): string | undefined {
  const trial = spawnSync("unshare", ["-n", "ip", "link", "add", "trial", "type", "bridge"], { encoding: "utf8" });
  if (trial.status === 0) return undefined;
  const cause = trial.error?.message ?? trial.stderr.trim();
  return `Hosts with a network of their own cannot be made (${cause}): npm run test:live runs where they can, given iproute2.`;
}

/** A network namespace. It ends with the process that holds it, which ends with us, however that happens: its input is closed then. */
export class Namespace {
  readonly #holder: ChildProcessWithoutNullStreams;

  private constructor(holder: ChildProcessWithoutNullStreams) {
    this.#holder = holder;
  }

  static async make(): Promise<Namespace> {
    const holder = spawn("unshare", ["-n", "cat"]);
    holder.stdin.write("here\n");
    await once(holder.stdout, "data"); // it is `cat` that answers: the namespace is there
    return new Namespace(holder);
  }

  get pid(): number {
    return this.#holder.pid!;
  }

  /** What precedes a command so that it runs inside. */
  get at(): readonly [command: string, ...args: string[]] {
    return ["nsenter", "-t", String(this.pid), "-n", "--"];
  }

  /** Runs commands of `ip` inside. */
  ip(...commands: readonly string[]): void {
    this.#run(["ip", "-batch", "-"], commands.join("\n"));
  }

  /** Runs a script of `nft` inside. */
  nft(script: string): void {
    this.#run(["nft", "-f", "-"], script);
  }

  /** Runs a script of the shell inside. */
  sh(script: string): void {
    this.#run(["sh", "-e"], script);
  }

  #run(command: readonly string[], input: string): void {
    const [program, ...args] = this.at;
    const { status, stderr, error } = spawnSync(program, [...args, ...command], { input, encoding: "utf8" });
    if (status !== 0) throw new Error(`${command[0]}: ${input}: ${error?.message ?? stderr}`);
  }

  async close(): Promise<void> {
    this.#holder.stdin.end();
    if (this.#holder.exitCode === null) await once(this.#holder, "exit");
  }
}
