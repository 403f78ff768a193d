/** What the images of the tests are built of: got before the tests, which reach nobody. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./run.mjs";

/** For how long the pins are good: packages that newer ones replaced are offered for some time yet. */
const GOOD_MS = 7 * 86_400_000;

/**
 * Pins the inputs of an image, and gets them.
 *
 * @returns {Promise<string | undefined>} the lock; nothing, and a word why, where images cannot be tried
 */
export async function pinImageInputs() {
  if (process.env.MOSAIK_TEST_IMAGE_LOCK !== undefined) return undefined;
  if (spawnSync("qemu-system-x86_64", ["--version"]).error !== undefined) {
    console.log("Guests are not started: there is no qemu-system-x86_64.");
    return undefined;
  }
  const folder = join(process.env.MOSAIK_CACHE || join(homedir(), ".cache", "mosaik"), "images");
  const lock = join(folder, "tests.lock.json");
  if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs < GOOD_MS) return lock;
  mkdirSync(folder, { recursive: true });
  const command = [join(ROOT, "packages/cli/bin/mosaik.js"), "tdx", "lock", "--fetch", "--quiet", "--lock", lock];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  if (status === 0) return lock;
  console.log(`Guests are not started: what their images are built of cannot be had. ${stderr.trim()}`);
  return undefined;
}
