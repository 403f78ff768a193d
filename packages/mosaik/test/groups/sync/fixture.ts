import { NoOp } from "../../../src/groups/machine/no-op.js";
import { ORIGIN, type Cursor, type Index } from "../../../src/groups/positions.js";
import { MemoryLog } from "../../../src/groups/storage/memory.js";
import type { LogEntry, LogStorage } from "../../../src/groups/storage/storage.js";
import type { LogReplayMessage } from "../../../src/groups/sync/log-replay/index.js";
import type { ProviderContext, SessionContext } from "../../../src/groups/sync/sync.js";
import { Digest, PeerId } from "../../../src/primitives/index.js";

/** A peer by a letter. */
export function peer(name: string): PeerId {
  return PeerId.fromBytes(new Uint8Array(32).fill(name.charCodeAt(0)));
}

export function nameOf(id: PeerId): string {
  return String.fromCharCode(id.bytes[0]!);
}

/** Entries of a log by their terms; their commands are told apart by `of`. */
export function entriesOf(terms: readonly number[], of = 0): LogEntry[] {
  return terms.map((term, i) => ({ term, command: new Uint8Array([of, i >> 8, i & 255]) }));
}

export function logOf(entries: readonly LogEntry[]): MemoryLog {
  const log = new MemoryLog();
  log.append(entries);
  return log;
}

export function entriesIn(log: LogStorage): readonly LogEntry[] {
  return log.slice({ start: 1, end: log.last().index }).entries;
}

/** Time that passes when it is told to. */
export class TestClock {
  nowMs = 0;
  #timers: { atMs: number; task: () => void }[] = [];

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** Runs what is due until then, in order. */
  runTo(untilMs: number): void {
    for (;;) {
      const next = this.#timers.reduce<{ atMs: number; task: () => void } | undefined>(
        (first, timer) => (first === undefined || timer.atMs < first.atMs ? timer : first),
        undefined,
      );
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.nowMs = next.atMs;
      next.task();
    }
    this.nowMs = untilMs;
  }

  get timers(): number {
    return this.#timers.length;
  }
}

/** What a provider or a session of a member reaches. Messages go to `onSend`; what it does to the log is done, and noted. */
export class FakeContext implements SessionContext<LogReplayMessage>, ProviderContext<LogReplayMessage> {
  readonly machine = new NoOp();
  readonly groupId = Digest.from("group");
  readonly networkId = Digest.from("network");
  readonly localId = peer("z");
  messageMaxBytes = 64 * 1024 * 1024;
  readonly log: LogStorage;
  readonly clock: TestClock;
  committed: Cursor = ORIGIN;
  leader = peer("a");
  isLeader = false;
  peers: PeerId[] = [];
  onSend: (to: PeerId, message: LogReplayMessage) => void = () => {};
  /** What became of the session, and what was taken off the log. */
  readonly notes: string[] = [];

  constructor(log: LogStorage, clock = new TestClock()) {
    this.log = log;
    this.clock = clock;
  }

  /** Counts so many of the log's entries as committed. */
  commit(index: Index): this {
    this.committed = { term: this.log.termAt(index)!, index };
    return this;
  }

  fingerprintAt(): undefined {}

  nowMs(): number {
    return this.clock.nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    return this.clock.after(delayMs, task);
  }

  unit(): number {
    return 0.5;
  }

  bonds(): readonly PeerId[] {
    return this.peers;
  }

  send(to: PeerId, message: LogReplayMessage): boolean {
    if (!this.peers.includes(to)) return false;
    this.onSend(to, message);
    return true;
  }

  broadcast(message: LogReplayMessage): void {
    for (const to of this.peers) this.send(to, message);
  }

  feed(): boolean {
    return false;
  }

  append(entries: readonly LogEntry[]): void {
    this.log.append(entries);
  }

  truncate(at: Index): void {
    if (at <= this.committed.index) throw new Error(`${at} is committed`);
    this.notes.push(`truncated from ${at}`);
    this.log.truncate(at);
  }

  installed(): void {
    throw new Error("there are no snapshots");
  }

  diverged(at: Cursor, from: PeerId): void {
    this.notes.push(`diverged at ${at.term}/${at.index} from ${nameOf(from)}`);
  }

  done(): void {
    const { term, index } = this.log.last();
    this.notes.push(`done at ${term}/${index}`);
  }
}
