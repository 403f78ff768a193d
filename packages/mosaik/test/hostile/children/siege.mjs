/** Besieges a node: see `siege-process.ts`, which this loads as vitest would. */
import { fileURLToPath } from "node:url";
import { createViteServer } from "vitest/node";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
// Whoever started us may end without a word.
process.on("disconnect", () => process.exit());
const server = await createViteServer({
  root: path("../../../../.."),
  configFile: path("../../../../../vitest.config.ts"),
  server: { middlewareMode: true, watch: null, ws: false },
  logLevel: "error",
});
const { besiege } = await server.ssrLoadModule(path("../siege-process.ts"));
await besiege();
await server.close();
