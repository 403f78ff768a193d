import { consensusConfig, type ConsensusOptions } from "../../../src/groups/config.js";
import { guardsOf, type GuardOptions } from "../../../src/groups/guards.js";
import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import type { Cursor } from "../../../src/groups/positions.js";
import { RaftCore } from "../../../src/groups/raft/core.js";
import { FingerprintedLog } from "../../../src/groups/raft/fingerprinted-log.js";
import type { LogGate } from "../../../src/groups/raft/gate.js";
import type { RaftInput, RaftOutput } from "../../../src/groups/raft/io.js";
import type { Fingerprint, RaftMessage, RequestId, Vote } from "../../../src/groups/raft/messages.js";
import { quorumsOf } from "../../../src/groups/raft/quorums.js";
import { availableRules, type RaftRules } from "../../../src/groups/raft/rules.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { PeerId } from "../../../src/primitives/index.js";

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Members are called by letters, in the order of their ids. */
export function peer(name: string): PeerId {
  return PeerId.fromBytes(new Uint8Array(32).fill(name.charCodeAt(0)));
}

export function nameOf(id: PeerId): string {
  return String.fromCharCode(id.bytes[0]!);
}

export function bytes(command: string): Uint8Array {
  return utf8.encode(command);
}

/** `"1/4"`: term 1, index 4. */
export function cursor(position: string): Cursor {
  const [term, index] = position.split("/").map(Number);
  return { term: term!, index: index! };
}

/** `"1:x"`: the command x, in term 1. */
export function entry(described: string): LogEntry {
  const [term, command] = described.split(":");
  return { term: Number(term), command: bytes(command!) };
}

export interface Appending {
  term: number;
  from: string;
  prev?: string;
  entries?: string[];
  commit?: number;
  fingerprint?: Fingerprint;
}

export const message = {
  append({ term, from, prev = "0/0", entries = [], commit = 0, fingerprint }: Appending): RaftMessage {
    const joined = { prev: cursor(prev), entries: entries.map(entry), leaderCommit: commit, fingerprint };
    return { kind: "appendEntries", term, leader: peer(from), ...joined };
  },
  ack: (term: number, lastIndex: number, vote: Vote = "granted"): RaftMessage => ({
    kind: "appendEntriesResponse",
    term,
    lastIndex,
    vote,
  }),
  requestVote: (term: number, candidate: string, position = "0/0"): RaftMessage => ({
    kind: "requestVote",
    term,
    candidate: peer(candidate),
    position: cursor(position),
  }),
  vote: (term: number, vote: Vote): RaftMessage => ({ kind: "requestVoteResponse", term, vote }),
  command: (commands: string[], requestId: RequestId | undefined): RaftMessage => ({
    kind: "command",
    commands: commands.map(bytes),
    requestId,
  }),
};

export interface MemberOptions {
  name?: string;
  rules?: Partial<RaftRules>;
  base?: RaftRules;
  guards?: GuardOptions;
  config?: ConsensusOptions;
  preference?: LeadershipPreference;
  gate?: () => LogGate;
  /** What the log begins with, each as `"1:x"`. */
  log?: string[];
  /** The peers with which there are bonds from the beginning. */
  bonds?: string;
  unit?: () => number;
}

/** A core under test with a clock of its own; what it says is told in words. */
export class Member {
  readonly name: string;
  readonly log = new FingerprintedLog(new MemoryLog());
  readonly core: RaftCore;
  preference: LeadershipPreference;
  nowMs = 0;
  /** What was said last. */
  outputs: readonly RaftOutput[] = [];

  constructor(options: MemberOptions = {}) {
    this.name = options.name ?? "a";
    this.preference = options.preference ?? { kind: "normal" };
    this.log.append((options.log ?? []).map(entry));
    this.core = new RaftCore({
      localId: peer(this.name),
      config: consensusConfig(options.config),
      rules: { ...(options.base ?? availableRules), quorums: quorumsOf(guardsOf(options.guards)), ...options.rules },
      log: this.log,
      unit: options.unit ?? (() => 0),
      preference: () => this.preference,
      ...(options.gate && { gate: options.gate }),
      nowMs: 0,
    });
    for (const other of options.bonds ?? "") this.step({ kind: "bonded", peer: peer(other) });
  }

  step(input: RaftInput): string[] {
    this.outputs = this.core.step(input, this.nowMs);
    return this.outputs.map(tell);
  }

  receives(from: string, received: RaftMessage): string[] {
    return this.step({ kind: "message", from: peer(from), message: received });
  }

  bonds(other: string): string[] {
    return this.step({ kind: "bonded", peer: peer(other) });
  }

  loses(other: string): string[] {
    return this.step({ kind: "unbonded", peer: peer(other) });
  }

  /** Lets the time come to `nowMs`, with a tick. */
  at(nowMs: number): string[] {
    this.nowMs = nowMs;
    return this.step({ kind: "tick" });
  }

  /** Each proposal as `[id, ...commands]`. */
  proposes(...proposals: [number, ...string[]][]): string[] {
    return this.step({
      kind: "propose",
      proposals: proposals.map(([id, ...commands]) => ({ id, commands: commands.map(bytes) })),
    });
  }

  asks(id: number, query: string): string[] {
    return this.step({ kind: "query", id, query: bytes(query) });
  }

  /** Made the leader of `term` with the votes of all bonded members. */
  elected(): this {
    this.at(this.core.deadlineMs);
    const { term } = this.core;
    for (const output of this.outputs) {
      if (output.kind !== "broadcast" || output.message.kind !== "requestVote") continue;
      for (const other of "abcdefghij") this.receives(other, message.vote(term, "granted"));
    }
    return this;
  }

  /** The commands in the log, each with its term. */
  entries(): string[] {
    return this.log.slice({ start: 1, end: this.log.last().index }).entries.map(describe);
  }

  voters(): string {
    return [...this.core.committee().voters.keys()].map(nameOf).sort().join("");
  }

  nonVoters(): string {
    return [...this.core.committee().nonVoters.keys()].map(nameOf).sort().join("");
  }

  /** The id of the request that was sent last. */
  lastRequest(): RequestId {
    for (const output of this.outputs) {
      if (output.kind !== "send") continue;
      if (output.message.kind === "command" || output.message.kind === "query") return output.message.requestId!;
    }
    throw new Error("nothing was forwarded");
  }
}

function describe({ term, command }: LogEntry): string {
  return `${term}:${text.decode(command)}`;
}

function position({ term, index }: Cursor): string {
  return `${term}/${index}`;
}

/** One line for each output. */
export function tell(output: RaftOutput): string {
  switch (output.kind) {
    case "send":
      return `to ${nameOf(output.to)}: ${tellMessage(output.message)}`;
    case "broadcast":
      return `to all: ${tellMessage(output.message)}`;
    case "role":
      return `${output.role} in term ${output.term}`;
    case "leader":
      return `leader ${output.leader === undefined ? "unknown" : nameOf(output.leader)}`;
    case "online":
      return output.isOnline ? "online" : "offline";
    case "quorum":
      return output.isWaiting ? "waiting for a quorum" : "quorum reached";
    case "logPosition":
      return `log ends at ${position(output.position)}`;
    case "commit":
      return `commit up to ${output.upTo}`;
    case "assigned":
      return `proposal ${output.proposal} has ${output.range.start}-${output.range.end} of term ${String(output.term)}`;
    case "rejected":
      return `proposal ${output.proposal} rejected: ${output.outcome}`;
    case "refused":
      return `refused ${output.count} of ${nameOf(output.from)}`;
    case "answerQuery": {
      const { origin } = output;
      return `answer ${text.decode(output.query)} for ${origin.kind === "local" ? origin.id : nameOf(origin.peer)}`;
    }
    case "queryResult":
      return `query ${output.id}: ${text.decode(output.result)} at ${output.position}`;
    case "queryFailed":
      return `query ${output.id} failed: ${output.outcome}`;
    case "beginSync":
      return `begin sync with ${nameOf(output.leader)}, ${tellGap(output.gap)}`;
    case "leaderSent":
      return `during sync: ${tellGap(output.gap)}`;
    case "syncLeader":
      return `sync under ${nameOf(output.leader)}`;
    case "pull":
      return `pull from ${output.from.map(nameOf).join("")}`;
    case "endSync":
      return "end sync";
    case "reverted":
      return `reverted from ${output.from}: ${output.entries.map(describe).join(" ")}`;
    case "diverged":
      return `diverged from ${nameOf(output.peer)} at ${position(output.at)}`;
    case "possiblyReverted":
      return `possibly reverted ${output.range.start}-${output.range.end}`;
  }
}

function tellGap({
  prev,
  entries,
  leaderCommit,
}: {
  prev: Cursor;
  entries: readonly LogEntry[];
  leaderCommit: number;
}) {
  return [position(prev), ...entries.map(describe), `commit ${leaderCommit}`].join(" ");
}

function tellMessage(sent: RaftMessage): string {
  switch (sent.kind) {
    case "appendEntries":
      return `${sent.entries.length === 0 ? "heartbeat" : "append"} term ${sent.term}, ${tellGap(sent)}`;
    case "appendEntriesResponse":
      return `${sent.vote} term ${sent.term}, last ${sent.lastIndex}`;
    case "requestVote":
      return `request vote term ${sent.term}, at ${position(sent.position)}`;
    case "requestVoteResponse":
      return `vote ${sent.vote} term ${sent.term}`;
    case "command":
      return `commands ${sent.commands.map((command) => text.decode(command)).join(" ")}`;
    case "commandAck":
      return `assigned ${sent.assigned.start}-${sent.assigned.end}`;
    case "query":
      return `query ${text.decode(sent.query)}`;
    case "queryResponse":
      return `result ${text.decode(sent.result)} at ${sent.position}`;
  }
}
