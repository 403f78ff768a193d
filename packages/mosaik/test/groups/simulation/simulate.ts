import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import { compareCursors, type Cursor } from "../../../src/groups/positions.js";
import type { GroupMessage } from "../../../src/groups/protocol.js";
import type { LogReplayMessage } from "../../../src/groups/sync/log-replay/protocol.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import { checkHistory } from "../../../src/testing/index.js";
import { Cluster, type ClusterCounts } from "./cluster.js";
import type { Member, MemberParts } from "./member.js";
import { ourParts, rustParts } from "./parts.js";
import { randomScenario, range } from "./scenario.js";
import { Violation, type ViolationKind } from "./violations.js";

export interface SimulationOptions {
  /** What a member with our rules is made of. Default: what this library is. */
  readonly parts?: MemberParts;
  /** Whether some members play by the rules of mosaik 0.4.2: then what goes wrong is counted, not thrown. */
  readonly isMixed?: boolean;
  readonly trace?: (line: string) => void;
}

export interface SimulationResult {
  readonly counts: ClusterCounts;
  /** Equal for equal courses of events. */
  readonly digest: number;
  /** What went wrong, by kind; only where it is counted. */
  readonly violations: ReadonlyMap<ViolationKind, number>;
  /** After everything was put right, until there was one leader, and until all had the same, in ms. */
  readonly leaderMs: number;
  readonly convergedMs: number;
  /** Only observers have the newest commands: there is no leader. */
  readonly isBlocked: boolean;
}

const FAULTS_MS = 25_000;
/** All members have the same so long after everything is put right. */
const CONVERGENCE_MS = 10_000;
/** In default election timeouts. */
const LEADER_TIMEOUTS = 5;

/** One course of events, all of it decided by the seed. @throws Violation */
export function simulate(
  seed: number,
  { parts = ourParts, isMixed = false, trace }: SimulationOptions = {},
): SimulationResult {
  const random = new SeededRandom(`scenario/${seed}`);
  const size = 3 + Math.floor(5 * random.unit());
  const violations = new Map<ViolationKind, number>();
  const preferences = range(size).map((number) => randomPreference(random, number));
  const isRust = range(size).map(() => random.unit() < 0.5);
  const report = (violation: Violation): void => {
    trace?.(`!!! ${violation.message}`);
    if (!isMixed) throw violation;
    violations.set(violation.violation, (violations.get(violation.violation) ?? 0) + 1);
  };
  const cluster = new Cluster({
    seed,
    size,
    parts: (number) => (isMixed && isRust[number]! ? rustParts : parts),
    preference: (number) => preferences[number]!,
    onViolation: report,
    ...(trace === undefined ? {} : { trace }),
  });
  // A session of Rust asks again for each answer that it cannot use: with duplicates there would be no end of them.
  if (!isMixed && random.unit() < 0.5) cluster.bonds.tamper = (message) => tamper(message, random);
  for (const { atMs, what, apply } of randomScenario(random, { size, durationMs: FAULTS_MS })) {
    cluster.timeline.after(atMs, () => {
      trace?.(`${atMs.toFixed(1).padStart(8)} === ${what}`);
      apply(cluster);
    });
  }
  cluster.timeline.run(FAULTS_MS);
  trace?.("=== everything is put right");
  for (const number of range(size)) cluster.start(number);

  const healedMs = cluster.timeline.nowMs;
  const leaderWithinMs = LEADER_TIMEOUTS * cluster.config.electionTimeoutMs;
  if (!cluster.timeline.run(leaderWithinMs, () => cluster.leader() !== undefined)) {
    // They deny their votes to all who have less, and do not stand themselves (spec 05 §13 L5).
    if (isHeldByObserversOnly(cluster)) {
      return {
        counts: cluster.counts,
        digest: cluster.digest,
        violations,
        leaderMs: 0,
        convergedMs: 0,
        isBlocked: true,
      };
    }
    report(new Violation("noLeader", `within ${leaderWithinMs} ms: ${describe(cluster)}`));
  }
  const leaderMs = cluster.timeline.nowMs - healedMs;
  if (!cluster.timeline.run(CONVERGENCE_MS - leaderMs, () => cluster.isConverged())) {
    report(new Violation("notConverged", `within ${CONVERGENCE_MS} ms: ${describe(cluster)}`));
  }
  const convergedMs = cluster.timeline.nowMs - healedMs;
  probe(cluster, random, report);
  for (const { kind, text } of checkHistory(cluster.history).problems) report(new Violation(kind, text));
  return { counts: cluster.counts, digest: cluster.digest, violations, leaderMs, convergedMs, isBlocked: false };
}

/** One more command: everybody applies it, and its issuer is told so. A bond that comes late may change the leader once more. */
function probe(cluster: Cluster, random: SeededRandom, report: (violation: Violation) => void): void {
  const members = cluster.members();
  const asked = members[Math.floor(random.unit() * members.length)]!;
  const isExecuted = (): boolean => {
    const proposal = cluster.propose(asked.number)!;
    const isDone = (): boolean => proposal.state === "executed" && cluster.isConverged();
    return cluster.timeline.run(4000, isDone);
  };
  if (!isExecuted() && !isExecuted()) {
    report(
      new Violation("notConverged", `the last commands of ${asked.number} are not executed: ${describe(cluster)}`),
    );
  }
  // What was forwarded is answered within the time that a slow clock makes of the timeout.
  const isOpen = (): boolean =>
    cluster.members().some(({ proposals }) => [...proposals.values()].some(({ state }) => state === "open"));
  if (isOpen()) cluster.timeline.run(2 * cluster.config.forwardTimeoutMs, () => !isOpen() && cluster.isConverged());
  for (const member of cluster.members()) {
    for (const [proposal, { state }] of member.proposals) {
      if (state === "open") report(new Violation("neverAnswered", `member ${member.number}, proposal ${proposal}`));
    }
  }
}

function isHeldByObserversOnly(cluster: Cluster): boolean {
  const isObserver = (member: Member): boolean => member.machine.preference.kind === "observer";
  const end = ({ log }: Member): Cursor => log.last();
  const [observers, others] = [cluster.members().filter(isObserver), cluster.members().filter((m) => !isObserver(m))];
  return observers.some((observer) => others.every((other) => compareCursors(end(other), end(observer)) < 0));
}

function describe(cluster: Cluster): string {
  return cluster
    .members()
    .map(({ number, core, log, leader }) => {
      const { term, index } = log.last();
      const hash = (log.hashes[index]! >>> 0).toString(16);
      const bonds = cluster.bonds.peersOf(number).join("");
      return `${number} ${core.role} of ${leader ?? "nobody"} in ${core.term}, ${core.isOnline ? "on" : "off"}line${core.isSyncing ? ", syncing" : ""}, (${term},${index}) ${hash}, committed ${core.committed.index}, bonds ${bonds}`;
    })
    .join("; ");
}

function randomPreference(random: SeededRandom, number: number): LeadershipPreference {
  const unit = random.unit();
  if (number === 0 || unit < 0.8) return { kind: "normal" };
  return unit < 0.9 ? { kind: "reluctant", factor: 2 } : { kind: "observer" };
}

/** Answers of the state sync that come twice, late, short, empty, or were never asked for; what they hold is true. */
function tamper(message: GroupMessage, random: SeededRandom): readonly (readonly [GroupMessage, number])[] {
  if (message.kind !== "stateSync" || random.unit() < 0.7) return [];
  const sync = message.message as LogReplayMessage;
  const lateMs = [0, 20, 400][Math.floor(3 * random.unit())]! * random.unit();
  const extra = (what: LogReplayMessage): readonly (readonly [GroupMessage, number])[] => [
    [{ kind: "stateSync", message: what }, lateMs],
  ];
  if (sync.kind !== "fetchEntriesResponse") return extra(sync);
  const { range: held, entries } = sync.value;
  switch (Math.floor(4 * random.unit())) {
    case 0:
      return extra(sync);
    case 1:
      return extra({ kind: "fetchEntriesResponse", value: { range: { start: 0, end: 0 }, entries: [] } });
    case 2: {
      const skipped = Math.floor(entries.length / 2);
      const range = { start: held.start + skipped, end: held.end };
      return extra({ kind: "fetchEntriesResponse", value: { range, entries: entries.slice(skipped) } });
    }
    default: {
      const kept = Math.max(1, Math.floor(entries.length / 2));
      const range = { start: held.start, end: held.start + kept - 1 };
      return extra({ kind: "fetchEntriesResponse", value: { range, entries: entries.slice(0, kept) } });
    }
  }
}
