/** What stands for a part of a line, or alone on one for any number of lines. */
const ANYTHING = "…";
const PLACEHOLDER = /<([a-z][a-z-]*)>/g;

/** What the commands of a page have printed in place of `<names>`. */
export type Placeholders = Map<string, string>;

/**
 * Compares lines with what a page says that they are. In it, `…` stands for anything, and `<peer>` for a word that is remembered under that
 * name; where it is known already it must be the same.
 *
 * @param from the first line to look at
 * @returns the line behind the last that was compared; nothing where they differ or are not all there yet
 */
export function matchOutput(
  expected: readonly string[],
  lines: readonly string[],
  from: number,
  known: Placeholders,
): number | undefined {
  const [first, ...rest] = expected;
  if (first === undefined) return from;
  if (first.trim() === ANYTHING) {
    for (let at = from; at <= lines.length; at++) {
      const end = matchOutput(rest, lines, at, known);
      if (end !== undefined) return end;
    }
    return undefined;
  }
  const line = lines[from];
  const found = line === undefined ? null : patternOf(first, known).exec(line);
  if (found === null) return undefined;
  const end = matchOutput(rest, lines, from + 1, new Map([...known, ...Object.entries(found.groups ?? {})]));
  if (end !== undefined) for (const [name, value] of Object.entries(found.groups ?? {})) known.set(name, value);
  return end;
}

/** A command of a page with what is known in place of `<names>`. */
export function fillIn(command: string, known: Placeholders): string {
  return command.replace(PLACEHOLDER, (name: string, key: string) => known.get(key.replaceAll("-", "_")) ?? name);
}

function patternOf(line: string, known: Placeholders): RegExp {
  const seen = new Set<string>();
  const pattern = line
    .trimEnd()
    .split(/(…|<[a-z][a-z-]*>)/)
    .map((part) => {
      if (part === ANYTHING) return ".*";
      const name = /^<([a-z][a-z-]*)>$/.exec(part)?.[1]?.replaceAll("-", "_");
      if (name === undefined) return escape(part);
      const value = known.get(name);
      if (value !== undefined) return escape(value);
      if (seen.has(name)) return `\\k<${name}>`;
      seen.add(name);
      return `(?<${name}>\\S+)`;
    });
  return new RegExp(`^${pattern.join("")}\\s*$`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
