import { lostOf, type PairAccount } from "./pair.js";
import type { NodeSummary, Summary } from "./summary.js";

/** Two nodes that were up together for so long must have met, in ms. */
const MEETING_MS = 2000;
/** More than this cannot be called in flight, in ms of readings. */
const IN_FLIGHT_MAX_MS = 1000;

/** What should not have been, a sentence each. */
export function violationsOf(summary: Omit<Summary, "violations">): string[] {
  const nodes = new Map(summary.nodes.map((node) => [node.name, node]));
  const inFlightMax = Math.max(5, (summary.rateHz * IN_FLIGHT_MAX_MS) / 1000);
  return [
    ...summary.nodes.flatMap((node) => violationsOfNode(node, summary.isInterrupted)),
    ...summary.viewers.flatMap(({ viewer, discovered }) => {
      const missing = mustMeet(nodes.get(viewer), summary.nodes, summary.playedMs).filter(
        (name) => !discovered.includes(name),
      );
      return missing.map((name) => `${viewer} never discovered ${name}`);
    }),
    ...summary.pairs.flatMap((pair) => {
      const sensor = nodes.get(pair.sensor);
      return violationsOfPair(
        pair,
        mustMeet(nodes.get(pair.viewer), sensor ? [sensor] : [], summary.playedMs).length > 0,
        inFlightMax,
      );
    }),
  ];
}

function violationsOfNode(node: NodeSummary, isInterrupted: boolean): string[] {
  const { name, ending, exitCode, signal, stderr } = node;
  const words = stderr === "" ? "" : `; its stderr: ${stderr.trim()}`;
  if (ending === "never joined") return isInterrupted ? [] : [`${name} never joined the network${words}`];
  if (ending === "failed") return [`${name} ended by itself with ${signal ?? `code ${String(exitCode)}`}${words}`];
  return ending === "in order" && exitCode !== 0 ? [`${name} ended with code ${String(exitCode)}${words}`] : [];
}

function violationsOfPair(pair: PairAccount, mustHaveMet: boolean, inFlightMax: number): string[] {
  const { sensor, viewer, produced, received, lost, duplicates, outOfOrder, unknown } = pair;
  const found: string[] = [];
  const complain = (isWrong: boolean, what: string): void => {
    if (isWrong) found.push(`${sensor} to ${viewer}: ${what}`);
  };
  const accounted = received + lostOf(pair);
  complain(produced !== accounted, `${produced} produced, but ${accounted} received or lost`);
  complain(unknown > 0, `${unknown} received that were never produced`);
  complain(duplicates > 0, `${duplicates} received twice`);
  complain(outOfOrder > 0, `${outOfOrder} received out of order`);
  complain((lost.gap ?? 0) > 0, `${lost.gap ?? 0} lost in a gap`);
  complain((lost["in flight at the end"] ?? 0) > 0, `${lost["in flight at the end"] ?? 0} lost at the end`);
  const inFlight = lost["in flight when the sensor was killed"] ?? 0;
  complain(inFlight > inFlightMax, `${inFlight} cannot all have been in flight when the sensor was killed`);
  complain(mustHaveMet && (lost["never subscribed"] ?? 0) > 0, "never subscribed");
  return found;
}

/** Those of `others` that were up together with `node` for long enough before the end began. */
function mustMeet(node: NodeSummary | undefined, others: readonly NodeSummary[], playedMs: number): string[] {
  if (node?.joinedMs === undefined) return [];
  const { joinedMs, endedMs } = node;
  const isTogether = (other: NodeSummary): boolean =>
    other !== node &&
    other.joinedMs !== undefined &&
    Math.min(endedMs, other.endedMs, playedMs) - Math.max(joinedMs, other.joinedMs) >= MEETING_MS;
  return others.filter(isTogether).map(({ name }) => name);
}
