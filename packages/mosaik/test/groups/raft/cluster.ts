import { compareCursors } from "../../../src/groups/positions.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import type { RaftMessage } from "../../../src/groups/raft/messages.js";
import { availableRules, rustRules } from "../../../src/groups/raft/rules.js";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import type { SyncGap } from "../../../src/groups/sync/sync.js";
import { equalBytes } from "../../../src/primitives/index.js";
import { Member, nameOf, type MemberOptions } from "./member.js";

interface Message {
  readonly to: string;
  readonly from: string;
  readonly message: RaftMessage;
  readonly dueMs: number;
}

/** Members in one process, with queues between them: what the state sync would fetch is copied from the leader's log. */
export class Cluster {
  readonly members = new Map<string, Member>();
  readonly #links = new Set<string>();
  readonly #syncing = new Map<string, SyncGap>();
  readonly told = new Map<string, RaftOutput[]>();
  readonly #delayMs: () => number;
  #queue: Message[] = [];
  nowMs = 0;

  /** @param rust those that play by the rules of Rust */
  constructor(names: string, options: MemberOptions = {}, delayMs: () => number = () => 1, rust = "") {
    this.#delayMs = delayMs;
    for (const name of names) {
      const base = rust.includes(name) ? rustRules : availableRules;
      this.members.set(name, new Member({ base, ...options, name }));
      this.told.set(name, []);
    }
  }

  get leaders(): string[] {
    return [...this.members].filter(([, { core }]) => core.role === "leader").map(([name]) => name);
  }

  member(name: string): Member {
    return this.members.get(name)!;
  }

  connect(a: string, b: string): void {
    if (this.isConnected(a, b)) return;
    this.#links.add(link(a, b));
    this.do(a, (member) => member.bonds(b));
    this.do(b, (member) => member.bonds(a));
  }

  connectAll(): void {
    for (const a of this.members.keys()) for (const b of this.members.keys()) if (a < b) this.connect(a, b);
  }

  /** What is under way between the two is lost. */
  disconnect(a: string, b: string): void {
    if (!this.#links.delete(link(a, b))) return;
    this.#queue = this.#queue.filter(({ from, to }) => link(from, to) !== link(a, b));
    this.do(a, (member) => member.loses(b));
    this.do(b, (member) => member.loses(a));
  }

  isConnected(a: string, b: string): boolean {
    return this.#links.has(link(a, b));
  }

  remove(name: string): void {
    for (const other of this.members.keys()) if (other !== name) this.disconnect(name, other);
    this.members.delete(name);
  }

  do(name: string, task: (member: Member) => unknown): void {
    const member = this.member(name);
    member.nowMs = this.nowMs;
    task(member);
    this.#carryOut(name, member.outputs);
    this.#sync(name);
  }

  propose(name: string, id: number, ...commands: string[]): void {
    this.do(name, (member) => member.proposes([id, ...commands]));
  }

  /** Lets so much time pass. */
  run(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (let next = this.#next(); next <= endMs; next = this.#next()) {
      this.nowMs = Math.max(this.nowMs, next);
      const at = this.#queue.findIndex(({ dueMs }) => dueMs <= this.nowMs);
      if (at >= 0) {
        const [{ from, to, message }] = this.#queue.splice(at, 1) as [Message];
        this.do(to, (member) => member.receives(from, message));
      } else {
        const [name] = [...this.members].find(([, { core }]) => core.deadlineMs <= this.nowMs)!;
        this.do(name, (member) => member.at(this.nowMs));
      }
    }
    this.nowMs = endMs;
  }

  #next(): number {
    const due = this.#queue.reduce((least, { dueMs }) => Math.min(least, dueMs), Infinity);
    return [...this.members.values()].reduce((least, { core }) => Math.min(least, core.deadlineMs), due);
  }

  #carryOut(name: string, outputs: readonly RaftOutput[]): void {
    this.told.get(name)!.push(...outputs);
    for (const output of outputs) {
      if (output.kind === "send") this.#send(name, nameOf(output.to), output.message);
      if (output.kind === "broadcast") {
        for (const to of this.members.keys()) if (to !== name) this.#send(name, to, output.message);
      }
      if (output.kind === "beginSync" || output.kind === "leaderSent") this.#syncing.set(name, output.gap);
      if (output.kind === "endSync") this.#syncing.delete(name);
      if (output.kind === "pull") this.#pull(name, output.from.map(nameOf));
      if (output.kind === "diverged") {
        this.member(name).log.resetTo({ term: 0, index: 0 });
        this.do(name, (member) => member.step({ kind: "rebuilt" }));
      }
    }
  }

  /** Between two members messages keep their order. */
  #send(from: string, to: string, message: RaftMessage): void {
    if (!this.isConnected(from, to)) return;
    const last = this.#queue.findLast((other) => other.from === from && other.to === to);
    this.#queue.push({ from, to, message, dueMs: Math.max(last?.dueMs ?? 0, this.nowMs + this.#delayMs()) });
  }

  /** Does at once what a pull does with time: of the logs of those who denied, the one that ends last takes the place of an older one. */
  #pull(name: string, from: readonly string[]): void {
    const member = this.member(name);
    for (const other of from) {
      const log = this.isConnected(name, other) ? this.member(other).log : member.log;
      if (compareCursors(log.last(), member.log.last()) <= 0) continue;
      const { index } = member.core.committed;
      const theirs = log.slice({ start: index + 1, end: log.last().index }).entries;
      const isDiverged = index > 0 && !isSame(member.log.get(index)!, log.get(index));
      if (isDiverged) {
        member.log.resetTo({ term: 0, index: 0 });
        return this.do(name, () => member.step({ kind: "rebuilt" }));
      }
      member.log.truncate(index + 1);
      member.log.append(theirs);
    }
    this.do(name, () => member.step({ kind: "pulled" }));
  }

  /** Does at once what a session does with time: from the last committed entry on the log becomes the leader's. */
  #sync(name: string): void {
    const gap = this.#syncing.get(name);
    const member = this.member(name);
    const leader = member.core.leader === undefined ? undefined : this.members.get(nameOf(member.core.leader));
    if (gap === undefined || leader === undefined || !this.isConnected(name, leader.name)) return;
    if (leader.core.role !== "leader" || compareCursors(leader.log.last(), gap.prev) < 0) return;
    this.#syncing.delete(name);
    const { index } = member.core.committed;
    const theirs = leader.log.slice({ start: Math.max(1, index), end: leader.log.last().index }).entries;
    const ours = member.log.get(index);
    if (ours !== undefined) {
      if (!isSame(ours, theirs[0])) {
        member.log.resetTo({ term: 0, index: 0 });
        return this.do(name, () => member.step({ kind: "rebuilt" }));
      }
    }
    member.log.truncate(index + 1);
    member.log.append(index > 0 ? theirs.slice(1) : theirs);
    this.do(name, () => member.step({ kind: "synced" }));
  }
}

function isSame(one: LogEntry, other: LogEntry | undefined): boolean {
  return other !== undefined && one.term === other.term && equalBytes(one.command, other.command);
}

function link(a: string, b: string): string {
  return a < b ? a + b : b + a;
}
