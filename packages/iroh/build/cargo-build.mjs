/**
 * Builds a Rust crate of this repository once per version of its sources, and copies what was built where it belongs.
 *
 * Both the build directory and the built artifacts live outside the checkout (`$MOSAIK_CACHE`, default `~/.cache/mosaik`), so that
 * a fresh clone of sources that were built before starts in milliseconds.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** What belongs to a crate, relative to its folder; everything else cannot change the artifact. */
const SOURCES = ["Cargo.toml", "Cargo.lock", "build.rs", "src", ".cargo"];
const PLAIN_PROGRESS_EVERY_MS = 20_000;
const LOCK_POLL_MS = 500;

/** There is no Rust toolchain or C compiler; the message says in one sentence what to install. */
export class ToolchainMissing extends Error {
  name = "ToolchainMissing";
}

/** The build failed; the compiler's own words have been printed. */
export class BuildFailed extends Error {
  name = "BuildFailed";
}

/**
 * Makes sure that `destination` is the artifact of the crate's present sources: nothing where it already is, a copy where they
 * were built before, else a `cargo build --release --locked` that shows its progress. Runs side by side are safe.
 *
 * @param {object} options
 * @param {string} options.name what to call the build: names the cache entry and the progress line
 * @param {string} options.crateDir absolute path of the folder with `Cargo.toml`
 * @param {string} options.artifact file name inside cargo's `release/`, such as `libmosaik_iroh.so`
 * @param {string} options.destination absolute path of the file to make
 * @param {number} options.minutes about how long a cold build takes, for the progress line
 * @param {string} [options.target] the name of the build whose build directory is used, for crates that share dependencies
 * @param {{ variable: string, dir: string }} [options.generated] a folder of further sources, which the crate finds by an environment
 *   variable. Such a crate is built without the network: what it depends on must have been fetched before
 * @returns {Promise<"present" | "cached" | "built">} what was needed
 * @throws {ToolchainMissing | BuildFailed}
 */
export async function cargoBuild({
  name,
  crateDir,
  artifact,
  destination,
  minutes,
  target: targetName = name,
  generated,
}) {
  const cache = process.env.MOSAIK_CACHE || join(homedir(), ".cache", "mosaik");
  const key = sourceKey(crateDir, generated?.dir);
  const stored = join(cache, "artifacts", `${name}-${key}`);
  if (existsSync(stored)) return place(stored, destination);

  requireBuildTools();
  const unlock = await lock(join(cache, "locks", targetName), name);
  try {
    if (existsSync(stored)) return place(stored, destination);
    const target = join(cache, "target", targetName);
    // A library's file name is the same for every checkout that shares the build directory: without its removal cargo could
    // call another checkout's library fresh.
    rmSync(join(target, "release", "deps", artifact), { force: true });
    await build({ name, crateDir, target, minutes, generated });
    if (sourceKey(crateDir, generated?.dir) !== key)
      throw new BuildFailed(`${name}: the sources changed during the build; run it again.`);
    copyAtomically(join(target, "release", artifact), stored);
  } finally {
    unlock();
  }
  place(stored, destination);
  return "built";
}

/** Sixteen bytes in hexadecimal that change with the sources, the compiler and its flags. */
function sourceKey(crateDir, generatedDir) {
  const rustc = spawnSync("rustc", ["-Vv"], { cwd: crateDir, encoding: "utf8" });
  if (rustc.status !== 0) throw new ToolchainMissing(MISSING_RUST);
  const hash = createHash("sha256");
  hash.update(rustc.stdout).update(process.env.RUSTFLAGS ?? "");
  const roots = SOURCES.map((source) => [crateDir, join(crateDir, source)]);
  if (generatedDir !== undefined) roots.push([generatedDir, generatedDir]);
  for (const [root, path] of roots) {
    for (const file of filesUnder(path)) {
      const contents = readFileSync(file);
      hash.update(`\0${relative(root, file)}\0${contents.length}\0`).update(contents);
    }
  }
  return hash.digest("hex").slice(0, 32);
}

function filesUnder(path) {
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    if (error.code === "ENOENT") return [];
    throw error;
  }
  const names = entries.map((entry) => entry.name).sort();
  return names.flatMap((name) => filesUnder(join(path, name)));
}

const MISSING_RUST = "Rust is not installed: install rustup (https://rustup.rs) and a C compiler, then run this again.";
const MISSING_C =
  "No C compiler is installed: install one (Debian: apt install build-essential; macOS: xcode-select --install).";

function requireBuildTools() {
  const runs = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
  if (!runs("cargo")) throw new ToolchainMissing(MISSING_RUST);
  if (process.platform !== "win32" && ![process.env.CC, "cc", "gcc", "clang"].some((cc) => cc && runs(cc))) {
    throw new ToolchainMissing(MISSING_C);
  }
}

function place(stored, destination) {
  if (existsSync(destination) && readFileSync(destination).equals(readFileSync(stored))) return "present";
  copyAtomically(stored, destination);
  return "cached";
}

/** A process that has the old file loaded keeps it: the name moves to a new file. */
function copyAtomically(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  const partial = `${to}.${process.pid}.partial`;
  copyFileSync(from, partial);
  renameSync(partial, to);
}

/** Waits until no other process builds the same thing. A lock whose process has died is taken over. */
async function lock(path, name) {
  mkdirSync(dirname(path), { recursive: true });
  for (let announced = false; ; announced = true) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = holderOf(path);
    if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
    else {
      if (!announced) console.error(`building ${name}: waiting for another build (process ${holder ?? "unknown"})`);
      await delay(LOCK_POLL_MS);
    }
  }
}

function holderOf(path) {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    return undefined; // released in the meantime
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Runs cargo, whose own progress bar is read for the counts and replaced by one line of ours. */
async function build({ name, crateDir, target, minutes, generated }) {
  const progress = new Progress(name, minutes);
  const offline = generated === undefined ? [] : ["--offline"];
  const cargo = spawn("cargo", ["build", "--release", "--locked", ...offline], {
    cwd: crateDir,
    env: {
      ...process.env,
      ...(generated === undefined ? {} : { [generated.variable]: generated.dir }),
      CARGO_TARGET_DIR: target,
      CARGO_TERM_COLOR: "never",
      CARGO_TERM_PROGRESS_WHEN: "always",
      CARGO_TERM_PROGRESS_WIDTH: "120",
    },
    stdio: ["ignore", "inherit", "pipe"],
  });
  const words = [];
  let rest = "";
  cargo.stderr.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop();
    for (const line of lines) {
      const counts = /^\s*Building \[.*\] (\d+)\/(\d+)/.exec(line);
      if (counts) progress.crates(counts[1], counts[2]);
      else words.push(line);
    }
  });
  const code = await new Promise((resolve, reject) => {
    cargo.once("error", reject);
    cargo.once("close", resolve);
  });
  progress.end();
  if (code === 0) return;
  const noise = /^\s*(Compiling|Downloaded|Downloading|Fresh|Updating|Locking|Blocking) |^\s*$/;
  console.error([...words, rest].filter((line) => !noise.test(line)).join("\n"));
  throw new BuildFailed(`${name}: cargo build failed in ${crateDir} (its words are above).`);
}

/** `building mosaik-iroh: 143/310 crates, 1:12 of about 3 min`: one line that updates, or now and then a line in a log. */
class Progress {
  #name;
  #minutes;
  #startedMs = Date.now();
  #printedMs = 0;
  #counts = "starting";
  #timer;

  constructor(name, minutes) {
    this.#name = name;
    this.#minutes = minutes;
    this.#timer = setInterval(() => this.#print(), process.stderr.isTTY ? 250 : 1_000);
    this.#print();
  }

  crates(done, total) {
    this.#counts = `${done}/${total} crates`;
  }

  end() {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    console.error(`building ${this.#name}: ended after ${this.#elapsed()}`);
  }

  #print() {
    const line = `building ${this.#name}: ${this.#counts}, ${this.#elapsed()} of about ${this.#minutes} min`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    else if (Date.now() - this.#printedMs >= PLAIN_PROGRESS_EVERY_MS) {
      this.#printedMs = Date.now();
      console.error(line);
    }
  }

  #elapsed() {
    const seconds = Math.floor((Date.now() - this.#startedMs) / 1_000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}
