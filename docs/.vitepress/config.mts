import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { fileNames } from "./file-names.mjs";
import { sidebar } from "./sidebar.mjs";

const api = JSON.parse(readFileSync(new URL("../api/sidebar.json", import.meta.url), "utf8"));

/** Everything that the pages need comes with them: they are read offline as well. */
export default defineConfig({
  title: "Mosaik for TypeScript",
  description: "Self-organizing, leaderless distributed systems on Node.js, on the wire of the Rust crate mosaik",
  lang: "en",
  cleanUrls: true,
  srcExclude: ["status.md", "test/**"],
  // What stands in the repository beside the book is linked as a file, for those who read it there.
  ignoreDeadLinks: [/^\.?\/?(\.\.\/)+(README|examples|interop|packages|bench|demo|SECURITY|CHANGELOG|CONTRIBUTING)/],
  markdown: { config: fileNames },
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    nav: [
      { text: "Guide", link: "/getting-started/" },
      { text: "Tutorials", link: "/tutorials/bootstrap-node" },
      { text: "Reference", link: "/reference/configuration" },
      { text: "API", link: "/api/" },
    ],
    sidebar: { ...api, "/": sidebar },
    search: { provider: "local" },
    outline: { level: [2, 3] },
  },
});
