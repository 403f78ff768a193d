#!/usr/bin/env node
/** `mosaik-iroh build`, for machines that no prebuilt native part is for. */
import { buildAddon } from "./addon.mjs";

const USAGE = `usage: mosaik-iroh build

Builds the native part of @mosaik/iroh on this machine. It needs Rust (https://rustup.rs) and a C compiler, takes about 4 minutes the
first time, and is kept in ~/.cache/mosaik (or $MOSAIK_CACHE) for other projects.`;

const [command, ...rest] = process.argv.slice(2);
if (command === "--help" || command === "-h" || command === "help") console.log(USAGE);
else if (command !== "build" || rest.length > 0) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    console.error(`mosaik-iroh: ${await buildAddon()}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
