import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import { METRICS, type MetricInfo } from "../../src/metrics/index.js";

const root = new URL("../../../../", import.meta.url);
const PAGE = fileURLToPath(new URL("docs/reference/metrics.md", root));
const SRC = fileURLToPath(new URL("packages/mosaik/src", root));

const metrics = Object.entries<MetricInfo>(METRICS);

function tableOf(room: string): string {
  const rows = metrics
    .filter(([name]) => name.startsWith(`mosaik.${room}.`))
    .map(([name, { kind, labels = [], unit, help, isRusts }]) => {
      const names = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${kind}${unit === undefined ? "" : `, ${unit}`} | ${names || "-"} | ${help} | ${isRusts ? "✓" : "-"} |`;
    });
  return ["| Metric | Kind | Labels | What it says | Rust |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

/** The page with its tables made anew. */
async function filled(): Promise<string> {
  const page = await readFile(PAGE, "utf8");
  const text = page.replaceAll(
    /(<!-- metrics (\w+) -->)[^]*?(<!-- end -->)/g,
    (_, begin: string, room: string, end: string) => `${begin}\n\n${tableOf(room)}\n\n${end}`,
  );
  return format(text, { ...(await resolveConfig(PAGE)), parser: "markdown" });
}

describe("the page of metrics", () => {
  it("has the tables that the source makes (else: vitest -u)", async () => {
    await expect(await filled()).toMatchFileSnapshot(PAGE);
  });

  it("names every metric, and no other", async () => {
    const page = await readFile(PAGE, "utf8");
    const rows = [...page.matchAll(/^\| `(mosaik[\w.]+)` +\| (?:counter|gauge)/gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(metrics.map(([name]) => name).sort());
    const named = [...page.matchAll(/`(mosaik\.[\w.]+)`/g)].map(([, name]) => name!);
    for (const name of named) expect(Object.keys(METRICS), name).toContain(name);
  });
});

describe("the table of metrics", () => {
  it("has no name that no room counts", async () => {
    const files = await readdir(SRC, { recursive: true });
    const rooms = files.filter((file) => file.endsWith(".ts") && !/^(metrics|prometheus)\//.test(file));
    const texts = await Promise.all(rooms.map((file) => readFile(`${SRC}/${file}`, "utf8")));
    const source = texts.join("\n");
    const forgotten = metrics.map(([name]) => name).filter((name) => !source.includes(`"${name}"`));
    expect(forgotten).toEqual([]);
  });
});
