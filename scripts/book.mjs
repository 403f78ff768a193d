/** Builds the book into docs/.vitepress/dist, or serves it while it is written (`node scripts/book.mjs dev`). Needs no network. */
import { parseArgs } from "node:util";
import { buildApi } from "./book-api.mjs";
import { run, step } from "./lib/run.mjs";

const { positionals } = parseArgs({ allowPositionals: true });
const [command = "build"] = positionals;
if (!["build", "dev"].includes(command)) {
  console.error("node scripts/book.mjs [build|dev]");
  process.exit(2);
}
await step("API reference", buildApi);
await step("pages", () => run("npx", ["vitepress", command, "docs"]));
