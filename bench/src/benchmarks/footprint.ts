import { join } from "node:path";
import type { Benchmark, Contender, Session } from "../benchmark.js";
import { bundleSize } from "../footprint/bundle.js";
import { installedFolder, installedPackages } from "../footprint/installed.js";
import { timeBeyondNode, wholeTime } from "../footprint/process-time.js";
import { installation, rivalPackages, versionOf } from "../rivals/packages.js";

/** The command as npm installs it. */
const command = (): string => join(installedFolder(), "node_modules", "@mosaik", "cli", "dist", "main.js");

/** What is measured of a program, in the folder whose packages it imports. */
type Measurement = (program: string, folder: string) => Session;

/** Ours, and libraries that do a part of what `mosaik` does, with the packages that it takes to use them. */
function compared(measurement: Measurement): Pick<Benchmark, "ours" | "rivals"> {
  return {
    ours: {
      name: "mosaik-ts",
      setup: "all that mosaik exports, from the tarballs, without the native part",
      requires: [installedPackages],
      open: () => Promise.resolve(measurement(importing(["mosaik"]), installedFolder())),
    },
    rivals: [
      rival("js-libp2p", ["libp2p", "@libp2p/tcp", "@chainsafe/libp2p-noise", "@chainsafe/libp2p-yamux"]),
      rival("nats.js", ["@nats-io/transport-node", "@nats-io/kv"]),
    ],
  };

  function rival(name: string, packages: readonly [string, ...string[]]): Contender {
    return {
      name: `${name} ${versionOf(packages[0])}`,
      setup: packages.join(", "),
      requires: [rivalPackages],
      open: () => Promise.resolve(measurement(importing(packages), installation())),
    };
  }
}

/** A program that keeps all that is imported. */
function importing(packages: readonly string[]): string {
  const lines = packages.map((name, i) => `import * as part${i} from ${JSON.stringify(name)}; keep.push(part${i});`);
  return `const keep = (globalThis.kept = []);\n${lines.join("\n")}`;
}

const size: Measurement = (program, folder) => {
  let lazyKb = 0;
  return {
    warmUp: () => Promise.resolve(),
    measure: async () => {
      const { gzipBytes, lazyBytes } = await bundleSize(program, folder);
      lazyKb = Object.values(lazyBytes).reduce((total, bytes) => total + bytes, 0) / 1000;
      return gzipBytes / 1000;
    },
    remarks: () =>
      `bundled and minified by rolldown, gzip -9; ${lazyKb.toFixed(0)} KB more are loaded when they are used`,
    close: () => Promise.resolve(),
  };
};

/** How much a program takes in that imports all of it, in KB of 1000 bytes. */
export const sizeCore: Benchmark = {
  name: "size-core",
  unit: "KB",
  better: "lower",
  reach: 120,
  ...compared(size),
};

/** How much longer a process takes that imports it. */
export const importCore: Benchmark = {
  name: "import-core",
  unit: "ms",
  better: "lower",
  reach: 80,
  ...compared(timeBeyondNode),
};

/** From the start of `mosaik --help` to its end, Node's own start included. */
export const cliHelp: Benchmark = {
  name: "cli-help",
  unit: "ms",
  better: "lower",
  reach: 150,
  ours: {
    name: "mosaik --help",
    setup: "a process of its own, from the tarballs",
    requires: [installedPackages],
    open: () => Promise.resolve(wholeTime([command(), "--help"])),
  },
  rivals: [],
};
