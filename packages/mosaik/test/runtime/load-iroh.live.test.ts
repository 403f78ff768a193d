import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { loadNumber0 } from "@mosaik/iroh/number0";
import { afterEach, describe, expect, it } from "vitest";

const ADAPTER = { MOSAIK_IROH_ADDON: "none" };
const NOTHING = { MOSAIK_IROH_ADDON: "none", MOSAIK_NUMBER0_IROH: "" };
const SOON_MS = 30_000;

describe("a program without the native part of iroh", () => {
  const programs: Program[] = [];
  afterEach(() => {
    for (const program of programs.splice(0)) program.kill();
  });
  const start = (env: Record<string, string>, ...args: string[]): Program => {
    const program = new Program(env, args);
    programs.push(program);
    return program;
  };
  const quickStart = fileURLToPath(new URL("children/quick-start.mjs", import.meta.url));

  it.runIf(loadNumber0() !== undefined)(
    "runs the quick start on @number0/iroh, and says once what is lacking",
    async () => {
      const producer = start(ADAPTER, quickStart, "produce");
      const consumer = start(ADAPTER, quickStart, "consume", await producer.line());
      expect(await consumer.line()).toBe("100 readings");
      for (const program of [producer, consumer]) {
        expect(await program.ended(), program.errors).toBe(0);
        expect(program.errors.match(/MOSAIK_NUMBER0/g)).toHaveLength(1);
        for (const lacking of ["groups and collections", "mDNS", "MB/s"]) expect(program.errors).toContain(lacking);
      }
    },
  );

  it.runIf(loadNumber0() !== undefined)("streams to one that has it", async () => {
    const producer = start(ADAPTER, quickStart, "produce");
    const consumer = start({}, quickStart, "consume", await producer.line());
    expect(await consumer.line()).toBe("100 readings");
    expect(await consumer.ended()).toBe(0);
    expect(consumer.errors).toBe("");
  });

  it("fails with what the native part says where there is no @number0/iroh either", async () => {
    const program = start(NOTHING, quickStart, "produce");
    expect(await program.ended()).toBe(1);
    expect(program.errors).toContain("native part of @mosaik/iroh");
  });

  it("fails with both reasons where @number0/iroh does not load", async () => {
    const program = start({ ...ADAPTER, MOSAIK_NUMBER0_IROH: "/nowhere/index.js" }, quickStart, "produce");
    expect(await program.ended()).toBe(1);
    expect(program.errors).toContain("native part of @mosaik/iroh");
    expect(program.errors).toContain("@number0/iroh at /nowhere/index.js does not load");
  });
});

/** A program of Node.js, what it prints and how it ends. */
class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #printed = "";
  errors = "";

  constructor(env: Record<string, string>, args: string[]) {
    this.#child = spawn(process.execPath, args, {
      env: { ...process.env, NODE_OPTIONS: "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout!.on("data", (text: Buffer) => (this.#printed += text.toString()));
    this.#child.stderr!.on("data", (text: Buffer) => (this.errors += text.toString()));
    this.#ended = once(this.#child, "close").then(([code]) => code as number | null);
  }

  /** The first line that it prints. */
  async line(): Promise<string> {
    const deadline = AbortSignal.timeout(SOON_MS);
    while (!this.#printed.includes("\n")) {
      const next = once(this.#child.stdout!, "data", { signal: deadline });
      await Promise.race([next, this.#ended.then(() => Promise.reject(new Error(this.errors)))]);
    }
    return this.#printed.split("\n", 1)[0]!;
  }

  /** Its exit code. */
  async ended(): Promise<number | null> {
    const deadline = once(AbortSignal.timeout(SOON_MS), "abort");
    return Promise.race([this.#ended, deadline.then(() => Promise.reject(new Error(`it runs on: ${this.errors}`)))]);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
