import { readFileSync } from "node:fs";
import type { Command, Option } from "commander";
import { describe, expect, it } from "vitest";
import { SHELLS } from "../src/commands/completion.js";
import { LANGUAGES } from "../src/commands/types.js";
import { KINDS } from "../src/data/collection-flags.js";
import { EXIT_MEANINGS } from "../src/exit.js";
import { KEY_ALGORITHMS } from "../src/keys/names.js";
import { createProgram } from "../src/program.js";

const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
const notation = readFileSync(new URL("../../../docs/reference/notation.md", import.meta.url), "utf8");

/** The commands of the program, by what is typed: those below a command too. */
function commandsBelow(command: Command, path: string): [path: string, command: Command][] {
  return command.commands.flatMap((child) => {
    const childPath = `${path} ${child.name()}`;
    return [[childPath, child], ...commandsBelow(child, childPath)] as [string, Command][];
  });
}

const program = createProgram();
const commands = new Map(commandsBelow(program, "mosaik"));

/** What stands below each heading of a command, up to the next heading. */
const sections = new Map(
  page.split(/^(?=#{2,4} )/m).flatMap((part) => {
    const path = /^#{3,4} (mosaik .+)\n/.exec(part)?.[1];
    return path === undefined ? [] : [[path, part] as const];
  }),
);

/** The first two cells of the rows of a table whose heading begins with `Option`. */
function optionRows(text: string): [flags: string, second: string][] {
  const [, table = ""] = /^\| Option .*\n\|[ -|]*\n((?:\|.*\n)*)/m.exec(text) ?? [];
  return table
    .split("\n")
    .filter((row) => row !== "")
    .map((row) => row.split("|").map((cell) => cell.trim()))
    .map(([, flags, second]) => [flags!.replaceAll("`", ""), second!]);
}

/** The table of the options that several commands share, by the heading that the help gives them. */
function groupRows(heading: string): [flags: string, second: string][] {
  const [, after] = page.split(`<!-- options of ${heading} -->\n`);
  return optionRows(after!);
}

function shown({ options }: Command, heading: string | undefined): Option[] {
  return options.filter(({ hidden, helpGroupHeading }) => !hidden && helpGroupHeading === heading);
}

function flagsOf(options: readonly Option[]): string[] {
  return options.map(({ flags }) => flags);
}

/** The default that the help shows. */
function defaultOf({ defaultValue, defaultValueDescription, negate }: Option): string | undefined {
  if (negate || defaultValue === undefined) return undefined;
  return defaultValueDescription ?? String(defaultValue);
}

describe("docs/cli.md", () => {
  it("has a section for each command, and for no other", () => {
    expect([...sections.keys()]).toEqual([...commands.keys(), "mosaik help"]);
  });

  it.each([...commands])("has the options of %s, with their defaults", (path, command) => {
    const options = shown(command, undefined);
    const rows = optionRows(sections.get(path)!.split("<!-- options of")[0]!);
    expect(rows.map(([flags]) => flags)).toEqual(flagsOf(options));
    const defaults = new Map(rows);
    for (const option of options) {
      const value = defaultOf(option);
      if (value !== undefined) expect(defaults.get(option.flags), option.flags).toBe(value);
    }
  });

  const headings = [...commands.values()].flatMap(({ options }) => options.map((one) => one.helpGroupHeading));
  it.each([...new Set(headings)].filter((heading) => heading !== undefined))("has the %s", (heading) => {
    const sharing = [...commands.values()].filter((command) => shown(command, heading).length > 0);
    for (const command of sharing) {
      expect(groupRows(heading).map(([flags]) => flags)).toEqual(flagsOf(shown(command, heading)));
    }
  });

  it("has what every command takes", () => {
    const rows = optionRows(page.split("## Options of every command")[1]!).map(([flags]) => flags);
    expect(rows.toSorted()).toEqual([...flagsOf(program.options), "-h, --help"].toSorted());
  });

  it.each([
    ["docs/cli.md", page],
    ["docs/reference/notation.md", notation],
  ])("%s names no option that its command does not have", (_, text) => {
    const lines = [...text.matchAll(/(?:^|[|`] *|npx )mosaik ([^`\n]*)/gm)].map(([, line]) =>
      line!.replace(/ #.*/, ""),
    );
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      const words = line.split(/\s+/);
      const named = commands.get(`mosaik ${words.slice(0, 2).join(" ")}`) ?? commands.get(`mosaik ${words[0]}`);
      const known = [...program.options, ...(named?.options ?? [])].flatMap(({ long, short }) => [long, short]);
      const used = words.filter((word) => /^--?[a-z][a-z-]*$/.test(word));
      expect(
        used.filter((word) => !known.includes(word) && word !== "--help"),
        line,
      ).toEqual([]);
    }
  });

  it("names no option that there is not", () => {
    const known = new Set([program, ...commands.values()].flatMap(({ options }) => options.map(({ long }) => long)));
    const others = new Set(["--help", "--global"]);
    const named = [...page.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    expect(named.filter((flag) => !known.has(flag) && !others.has(flag))).toEqual([]);
  });

  it("has the exit codes", () => {
    const rows = [...page.matchAll(/^\| (\d+) +\| (.+?) *\|$/gm)].map(([, code, meaning]) => [Number(code), meaning]);
    expect(rows).toEqual(EXIT_MEANINGS);
  });

  it("has every environment variable that the help names", () => {
    const text = [...commands.values()].map((command) => command.helpInformation()).join("\n");
    const inHelp = new Set([...text.matchAll(/MOSAIK_[A-Z_]+/g)].map(([name]) => name));
    const [, part] = page.split("## Environment variables");
    const inPage = [...part!.matchAll(/^\| `(MOSAIK_[A-Z_]+)`/gm)].map(([, name]) => name);
    expect(inPage.toSorted()).toEqual([...inHelp, "MOSAIK_DEBUG"].toSorted());
  });

  it("has every choice of arguments and options", () => {
    const choices = [...KINDS, ...LANGUAGES, ...SHELLS, ...KEY_ALGORITHMS];
    expect(choices.filter((choice) => !page.includes(`\`${choice}\``))).toEqual([]);
  });
});
