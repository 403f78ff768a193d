import type { Member } from "../cast/member.js";
import type { Ledger } from "./ledger.js";
import { accountOf, type PairRecord } from "./pair.js";
import type { NodeSummary, Summary, ViewerSummary } from "./summary.js";

/** What was played, and when; times by the monotonic clock. */
export interface Played extends Pick<Summary, "seed" | "seconds" | "rateHz" | "isInterrupted"> {
  /** When everybody was up. */
  readonly zeroMs: number;
  /** When the sensors were told to end. */
  readonly finishMs: number;
}

/** Draws up the summary when every process has ended. */
export function summaryOf(members: readonly Member[], ledger: Ledger, played: Played): Omit<Summary, "violations"> {
  const { zeroMs, finishMs, ...run } = played;
  const sensors = members.filter(({ role }) => role === "sensor");
  const viewers = members.filter(({ role }) => role === "viewer");
  return {
    ...run,
    playedMs: finishMs - zeroMs,
    nodes: members.map((member) => nodeSummary(member, zeroMs)),
    viewers: viewers.map((viewer) => viewerSummary(viewer, members)),
    pairs: sensors.flatMap((sensor) => viewers.map((viewer) => accountOf(recordOf(sensor, viewer, ledger)))),
  };
}

function nodeSummary(member: Member, zeroMs: number): NodeSummary {
  const { name, role, language, pid, address, joinedAtMs, stderr } = member;
  const { ending, exitCode, signal, atMs } = member.end!;
  const joinedMs = joinedAtMs === undefined ? undefined : joinedAtMs - zeroMs;
  const endedMs = atMs - zeroMs;
  return { name, role, language, peer: address?.id, pid, joinedMs, endedMs, ending, exitCode, signal, stderr };
}

function viewerSummary(viewer: Member, members: readonly Member[]): ViewerSummary {
  const others = members.filter((member) => member !== viewer && member.address !== undefined);
  return {
    viewer: viewer.name,
    discovered: others.filter(({ address }) => viewer.discovered.has(address!.id)).map(({ name }) => name),
    others: others.length,
    firstItemMs: viewer.firstItem?.afterMs,
    firstItemFrom: viewer.firstItem?.sensor,
  };
}

function recordOf(sensor: Member, viewer: Member, ledger: Ledger): PairRecord {
  return ledger.record(sensor.name, { name: viewer.name, peer: viewer.address?.id ?? "" }, firstKilled(sensor, viewer));
}

/** Which of two was killed, or was killed first. */
function firstKilled(sensor: Member, viewer: Member): PairRecord["brokenBy"] {
  const killedMs = ({ end }: Member): number => (end?.ending === "killed" ? end.atMs : Infinity);
  if (killedMs(sensor) === Infinity && killedMs(viewer) === Infinity) return undefined;
  return killedMs(sensor) <= killedMs(viewer) ? "sensor" : "viewer";
}
