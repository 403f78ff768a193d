import type { Row } from "./rows.js";

const HEADINGS = [
  "benchmark",
  "mosaik-ts",
  "(range)",
  "unit",
  "rival",
  "its figure",
  "(range)",
  "ours/its",
  "reach",
] as const;
/** Columns of words; the others hold figures and are aligned at their right. */
const WORDS = new Set([0, 3, 4]);

/** The rows as a table for people, with what each contender was below it. */
export function table(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => (WORDS.has(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return [...text, "", ...notes(rows)].join("\n");
}

/** Four significant digits, thousands apart: `3 142 000`, `0.4812`. Whole numbers have no fraction. */
export function figure(value: number): string {
  const rounded = Number(value.toPrecision(4));
  const decimals = Number.isInteger(rounded) ? 0 : 3 - Math.floor(Math.log10(Math.abs(rounded)));
  const [whole = "", fraction] = rounded.toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, " ");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function cells(row: Row): string[] {
  const { rival, rivalValue, ratio } = row;
  return [
    row.name,
    figure(row.value),
    range(row.range),
    row.unit,
    rival ?? "-",
    rivalValue === null ? (rival === null ? "-" : "skipped") : figure(rivalValue),
    row.rivalRange === null ? "" : range(row.rivalRange),
    ratio === null ? "-" : `${figure(ratio)}x`,
    goals(row),
  ];
}

/** What is to be reached, and whether it was. */
function goals({ better, reach, reached, reachRatio, ratioReached }: Row): string {
  const sign = better === "higher" ? ">=" : "<=";
  const verdict = (isReached: boolean | null): string => (isReached === null ? "?" : isReached ? "met" : "MISSED");
  const absolute = reach === null ? [] : [`${sign} ${figure(reach)} ${verdict(reached)}`];
  const relative = reachRatio === null ? [] : [`${sign} ${figure(reachRatio)}x ${verdict(ratioReached)}`];
  return [...absolute, ...relative].join(", ") || "-";
}

function range([least, greatest]: readonly [number, number]): string {
  return `${figure(least)}..${figure(greatest)}`;
}

/** What was said of each contender, once for each benchmark. */
function notes(rows: readonly Row[]): string[] {
  const parts = rows.flatMap((row) => row.note.split(" | ").map((part) => `${row.name}: ${part}`));
  return [...new Set(parts)];
}
