import { alignColumns } from "../view/columns.js";
import { LOSS_REASONS, lostOf, type PairAccount } from "./pair.js";
import type { NodeSummary, Summary } from "./summary.js";

/** The summary for people. */
export function summaryLines(summary: Summary): string[] {
  const { nodes, viewers, pairs, violations } = summary;
  const lost = pairs.reduce((sum, pair) => sum + lostOf(pair), 0);
  const produced = pairs.reduce((sum, pair) => sum + pair.produced, 0);
  return [
    `Summary (seed ${summary.seed}${summary.isInterrupted ? ", interrupted" : ""}). Times of nodes count from when all were up.`,
    "",
    ...alignColumns([["node", "role", "language", "peer", "joined", "ended", "how"], ...nodes.map(nodeCells)]),
    "",
    ...viewers.map(
      ({ viewer, discovered, others, firstItemMs, firstItemFrom }) =>
        `${viewer}: ${discovered.length} of ${others} other nodes discovered` +
        (firstItemMs === undefined
          ? ""
          : `; first item ${Math.round(firstItemMs)} ms after it began to join, from ${firstItemFrom ?? "?"}`),
    ),
    "",
    ...alignColumns(
      [["sensor", "viewer", "produced", "=", "received", "+", "lost", "of these"], ...pairs.map(pairCells)],
      new Set([2, 4, 6]),
    ),
    "",
    "Sensors measure whether or not somebody listens, and tell of each reading before they send it.",
    ...(violations.length === 0
      ? [
          `All ${produced} readings to be delivered are accounted for: ${produced - lost} received, ${lost} lost as said.`,
        ]
      : ["This does not hold:", ...violations.map((violation) => `  ${violation}`)]),
  ];
}

function nodeCells({ name, role, language, peer, joinedMs, endedMs, ending }: NodeSummary): string[] {
  return [name, role, language, peer?.slice(0, 10) ?? "-", secondsOf(joinedMs), secondsOf(endedMs), ending];
}

function secondsOf(ms: number | undefined): string {
  return ms === undefined ? "-" : `${(ms / 1000).toFixed(1)} s`;
}

function pairCells(pair: PairAccount): string[] {
  const reasons = LOSS_REASONS.filter((reason) => pair.lost[reason] !== undefined);
  const named = reasons.map((reason) => `${pair.lost[reason] ?? 0} ${reason}`);
  const { sensor, viewer, produced, received } = pair;
  return [sensor, viewer, String(produced), "=", String(received), "+", String(lostOf(pair)), named.join(", ")];
}
