import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const path = (name: string): string => fileURLToPath(new URL(`children/${name}`, import.meta.url));
const program = path("unref.mjs");

/** Runs a program that joins a network, until it has said so. */
async function joined(...args: string[]): Promise<{ ended: Promise<unknown[]>; kill(): void }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  expect(text.toString()).toBe("joined\n");
  return { ended, kill: () => child.kill("SIGKILL") };
}

describe("the process of an open network", () => {
  it("ends when the network is unreferenced", async () => {
    const { ended } = await joined("unref");
    expect(await ended).toEqual([0, null]);
  });

  it("is held otherwise", async () => {
    const held = await joined();
    const outcome = await Promise.race([held.ended, (await joined("unref")).ended.then(() => "the other ended first")]);
    expect(outcome).toBe("the other ended first");
    held.kill();
    await held.ended;
  });
});

describe("the process of a client of the DHT", () => {
  it("is held until it is closed", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path("dht.mjs")]);
    expect(stdout).toBe("0 answers\n");
  });
});
