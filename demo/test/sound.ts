import { expect } from "vitest";
import { lostOf } from "../src/account/pair.js";
import type { NodeSummary, Summary } from "../src/account/summary.js";

/** What holds of every sound run: the books balance, nothing came twice, and who stayed has heard from everybody who stayed. */
export function expectBooksToBalance({ nodes, pairs }: Summary): void {
  const survivors = new Set(nodes.filter(stayedThroughout).map(({ name }) => name));
  const seen =
    nodes.filter(({ role }) => role === "sensor").length * nodes.filter(({ role }) => role === "viewer").length;
  expect(pairs).toHaveLength(seen);
  for (const pair of pairs) {
    expect(pair.received + lostOf(pair)).toBe(pair.produced);
    expect(pair).toMatchObject({ duplicates: 0, outOfOrder: 0, unknown: 0 });
    expect(pair.lost.gap ?? 0).toBe(0);
    if (!survivors.has(pair.sensor) || !survivors.has(pair.viewer)) continue;
    expect(pair.received).toBeGreaterThan(0);
    expect(Object.keys(pair.lost).filter((reason) => reason !== "before subscription")).toEqual([]);
  }
}

/** Was there from the start to the end. The late sensor may come too late in a short run; the demo itself judges that. */
function stayedThroughout({ ending, joinedMs }: NodeSummary): boolean {
  return ending === "in order" && joinedMs !== undefined && joinedMs <= 0;
}

/** Everybody but those who were killed ended in order. */
export function expectOnlyKilled(summary: Summary, ...names: readonly string[]): void {
  const killed = summary.nodes.filter(({ ending }) => ending === "killed").map(({ name }) => name);
  expect(killed.sort()).toEqual([...names].sort());
  for (const node of summary.nodes.filter(({ name }) => !names.includes(name))) {
    expect(node).toMatchObject({ ending: "in order", exitCode: 0 });
  }
}
