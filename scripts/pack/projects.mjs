/** Empty folders into which the tarballs are installed, and what is tried there. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT, run } from "../lib/run.mjs";

/** Packages that have something to import. */
const LIBRARIES = ["@mosaik/postcard", "@mosaik/iroh", "mosaik"];
/** As the book says of TypeScript projects, and with nothing passed over. */
const TSCONFIG = {
  compilerOptions: {
    module: "nodenext",
    target: "es2023",
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"],
  },
};
const JOIN = `
  import { Network } from "mosaik";
  const network = await Network.join("packages", { relay: "none", bindAddrs: ["127.0.0.1:0"], discovery: { dht: false } });
  console.log("online");
  await network.close();
`;

/**
 * Makes a folder and installs packages into it, as a user does.
 *
 * @param {readonly string[]} packages tarballs, and names for the registry
 */
export function makeProject(folder, packages) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...packages], {
    cwd: folder,
  });
}

/** Leaves a folder as npm leaves it on a platform that none of the native parts is made for. */
export function removeNativeParts(folder) {
  const scope = join(folder, "node_modules/@mosaik");
  for (const name of readdirSync(scope)) {
    if (name.startsWith("iroh-")) rmSync(join(scope, name), { recursive: true });
  }
}

/** Imports every entry of every package, as a program does and as the strictest compiler does. */
export async function importAll(folder) {
  const entries = LIBRARIES.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"));
    return Object.keys(exports).map((path) => name + path.slice(1));
  });
  const imports = entries.map((entry, i) => `import * as entry${i} from "${entry}";`);
  const uses = entries.map(
    (_, i) => `if (Object.keys(entry${i}).length === 0) throw new Error("nothing in ${entries[i]}");`,
  );
  const program = [...imports, ...uses, ""].join("\n");
  writeFileSync(join(folder, "entries.ts"), program);
  writeFileSync(join(folder, "entries.mjs"), program);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...TSCONFIG, include: ["entries.ts"] }));
  console.log(entries.join(" "));
  const code = await run("node", ["entries.mjs"], { cwd: folder });
  return code === 0 ? run(join(ROOT, "node_modules/.bin/tsc"), ["-p", folder]) : code;
}

/**
 * Does what pages of the book say, with the packages of a folder.
 *
 * @param {string} pages how the paths of the pages begin
 * @param {string} [bin] the folder of the Node.js to be used. Default: this one
 */
export function followBook(folder, pages, bin) {
  const PATH = bin === undefined ? process.env.PATH : bin + delimiter + process.env.PATH;
  const test = ["--project", "live*", "docs/test/book.live.test.ts", "-t", pages];
  return run("npx", ["vitest", "run", ...test], {
    env: { ...process.env, PATH, MOSAIK_BOOK_MODULES: join(folder, "node_modules") },
  });
}

/** Whether a node on the adapter says that it is, and what it cannot do. */
export function adapterWarns(folder) {
  const { status, stdout, stderr } = spawnSync("node", ["--input-type=module", "--eval", JOIN], {
    cwd: folder,
    encoding: "utf8",
  });
  process.stdout.write(stdout + stderr);
  const isSaid = /MOSAIK_NUMBER0/.test(stderr) && /lacking: groups and collections/.test(stderr);
  return Promise.resolve(status === 0 && stdout === "online\n" && isSaid ? 0 : 1);
}
