/** What a tarball must be like, whatever is in it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { ROOT } from "../lib/run.mjs";

/** What npm runs when a package is installed. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];
/** What belongs into a tarball; a native part only into one of a platform. */
const EXPECTED =
  /^(package\.json|LICENSE|README\.md|(src|dist)\/.+\.(js|ts|map)|bin\/[\w-]+\.js|build\/.+\.m(js|ts)|native\/(Cargo\.(toml|lock)|build\.rs|src\/.+\.rs)|mosaik-iroh\.[\w-]+\.node)$/;
const NEEDED = ["package.json", "LICENSE", "README.md"];

/** @returns {Promise<string[]>} what is wrong with it, a sentence each */
export async function lintTarball(file) {
  const folder = mkdtempSync(join(tmpdir(), "mosaik-lint-"));
  try {
    execFileSync("tar", ["xzf", file, "-C", folder]);
    const root = join(folder, "package");
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return [
      ...wrongFiles(root),
      ...wrongManifest(manifest),
      ...danglingSources(root),
      ...(await publintOf(file, manifest)),
      ...(manifest.exports === undefined ? [] : attwOf(file)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function wrongFiles(root) {
  const files = filesUnder(root);
  const missing = NEEDED.filter((name) => !files.includes(name)).map((name) => `${name} is missing`);
  const strangers = files.filter((name) => !EXPECTED.test(name)).map((name) => `${name} does not belong into it`);
  const parts = files.filter((name) => name.endsWith(".node"));
  if (parts.length > 0 && files.length > NEEDED.length + 1)
    strangers.push(`${parts[0]} belongs into a package of its own`);
  return [...missing, ...strangers];
}

function wrongManifest({ scripts = {}, exports = {}, devDependencies, license, engines, description, keywords, name }) {
  const wrong = INSTALL_SCRIPTS.filter((script) => script in scripts).map((script) => `it has a script "${script}"`);
  if (devDependencies !== undefined) wrong.push("it names devDependencies, which are of the checkout");
  if (JSON.stringify(exports).includes("mosaik-source")) wrong.push("its exports have the checkout's own condition");
  for (const [field, value] of Object.entries({ license, engines, description })) {
    if (value === undefined) wrong.push(`its manifest has no ${field}`);
  }
  if (keywords === undefined && !/^@mosaik\/iroh-/.test(name)) wrong.push("its manifest has no keywords");
  return wrong;
}

/** Maps that lead a debugger, or an editor that is asked for a definition, to nothing. */
function danglingSources(root) {
  const files = new Set(filesUnder(root));
  return [...files]
    .filter((file) => file.endsWith(".map"))
    .flatMap((file) => {
      const { sources, sourceRoot = "" } = JSON.parse(readFileSync(join(root, file), "utf8"));
      const paths = sources.map((source) => posix.join(posix.dirname(file), sourceRoot, source));
      const missing = paths.filter((path) => !files.has(path));
      if (missing.length === 0) return [];
      return [`${file} leads to ${missing[0]} and ${missing.length - 1} others that are missing`];
    });
}

async function publintOf(file, manifest) {
  const bytes = readFileSync(file);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages } = await publint({ pack: { tarball }, strict: true });
  return messages
    .filter(({ type }) => type !== "suggestion")
    .map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`);
}

function attwOf(file) {
  const attw = join(ROOT, "node_modules/.bin/attw");
  const { status, stdout } = spawnSync(
    attw,
    ["--no-definitely-typed", "--profile", "esm-only", "--format", "ascii", "--no-color", file],
    { encoding: "utf8" },
  );
  return status === 0 ? [] : [`are the types wrong: ${stdout}`];
}

function filesUnder(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(root, posix.join(entry.parentPath ?? entry.path, entry.name)));
}
