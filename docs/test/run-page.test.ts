import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePage } from "./blocks.js";
import { runPage } from "./run-page.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "mosaik-page-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...lines: string[]): Promise<void> => runPage(parsePage(lines.join("\n")), folder);

describe("a page that is run", () => {
  it("has printed what it says", async () => {
    await run("```sh", "echo one; echo two", "```", "```text output", "one", "two", "```");
    await expect(run("```sh", "echo one", "```", "```text output", "two", "```")).rejects.toThrow(
      /line 2: echo one\nends|line 5: echo one\ndoes not print what the page says. It printed:\none/,
    );
  });

  it("fails with a command that fails", async () => {
    await expect(run("```sh", "echo hidden >&2; exit 3", "```")).rejects.toThrow(/ends with 3[^]*hidden/);
  });

  it("goes on while a command does, fills in what that has printed, and ends it", async () => {
    await run(
      "```sh [server]",
      "echo port 7; exec sleep 600",
      "```",
      "```text output [server]",
      "port <port>",
      "```",
      "```sh",
      "test <port> = 7",
      "```",
    );
  });

  it("interrupts a command when another of its name begins", async () => {
    await run(
      "```sh [one]",
      "trap 'touch stopped; exit' INT; echo begun; while true; do sleep 0.01; done",
      "```",
      "```text output [one]",
      "begun",
      "```",
      "```sh [one]",
      "test -e stopped",
      "```",
    );
  });
});
