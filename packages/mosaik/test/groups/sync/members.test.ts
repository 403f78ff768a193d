import { describe, expect, it } from "vitest";
import type { Index } from "../../../src/groups/positions.js";
import type { LogEntry } from "../../../src/groups/storage/storage.js";
import { logReplaySync, type LogReplayMessage } from "../../../src/groups/sync/log-replay/index.js";
import type { SyncProvider, SyncSession } from "../../../src/groups/sync/sync.js";
import type { PeerId } from "../../../src/primitives/index.js";
import { seededRandom } from "../../../../postcard/test/support/mutations.js";
import { entriesIn, FakeContext, logOf, peer, TestClock } from "./fixture.js";

const SEEDS = Number(process.env["MOSAIK_SEEDS"] ?? 1000);
const FIRST_SEED = Number(process.env["MOSAIK_SEED"] ?? 1);
/** Faults end then; the session ends by `LIMIT_MS`. */
const FAULTS_MS = 20_000;
const LIMIT_MS = 90_000;

/** A member that helps: as it should, or by answers that nobody asked for and that fit nothing. */
interface Helper {
  readonly id: PeerId;
  readonly context: FakeContext;
  readonly provider: SyncProvider<LogReplayMessage>;
  readonly isHostile: boolean;
}

/**
 * A member that is behind, and those that help it, in virtual time: messages are late, lost, doubled and out of order, bonds come and go,
 * the leader goes on and gives way to another. Some helpers have committed another log, some are hostile.
 */
class Scenario {
  readonly clock = new TestClock();
  readonly member: FakeContext;
  readonly helpers: Helper[] = [];
  /** The leader's log when it last told the session how far it goes. */
  told: readonly LogEntry[] = [];
  /** What was said to have diverged, and had not. */
  wrongs: string[] = [];
  /** The log of whoever leads. */
  #leaders: LogEntry[];
  readonly #random: () => number;
  readonly #lossRate: number;
  readonly #doubleRate: number;
  readonly #delayMaxMs: number;
  #session!: SyncSession<LogReplayMessage>;
  /** When the last message of the leader's own arrives: those keep their order. */
  #leaderArrivesMs = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#lossRate = this.#pick([0, 0.05, 0.3]);
    this.#doubleRate = this.#pick([0, 0.2]);
    this.#delayMaxMs = this.#pick([5, 200, 3000]);
    const common = this.#grow([], 1 + this.below(60), 0);
    this.#leaders = this.#grow(common, this.below(60), 0);
    const committed = this.below(common.length + 1);
    const own = this.#own(common, committed);
    this.member = new FakeContext(logOf(own), this.clock).commit(committed);
    this.#addHelpers(common);
    this.member.diverged = (at, from) => {
      this.member.notes.push("diverged");
      const theirs = this.helpers.find(({ id }) => id === from)!.context.log.get(at.index);
      if (isSame(this.member.log.get(at.index), theirs)) this.wrongs.push(`${at.index} is the same`);
      if (at.index > this.member.committed.index) this.wrongs.push(`${at.index} is not committed`);
    };
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  get isOver(): boolean {
    return this.member.notes.some((note) => /^(done|diverged)/.test(note));
  }

  run(): void {
    const sync = logReplaySync({ typeName: "m", batchSize: this.#pick([1, 2, 7, 20, 1000]), fetchTimeoutMs: 5000 });
    for (const helper of this.helpers) Object.assign(helper, { provider: sync.provider(helper.context) });
    this.told = [...this.#leaders];
    this.#session = sync.session(this.member, this.#gap(this.#leaders.length));
    this.#every(500, () => this.#leaderSends());
    this.clock.after(FAULTS_MS, () => !this.isOver && this.#bondWithAll());
    this.#every(700, () => this.clock.nowMs < FAULTS_MS && this.#happens());
    while (!this.isOver && this.clock.nowMs < LIMIT_MS) this.clock.runTo(this.clock.nowMs + 10);
  }

  #every(ms: number, task: () => void): void {
    this.clock.after(ms, () => {
      if (this.isOver) return;
      task();
      this.#every(ms, task);
    });
  }

  #own(common: LogEntry[], committed: Index): LogEntry[] {
    switch (this.below(4)) {
      // What it has is what the others have.
      case 0:
        return common.slice(0, committed);
      case 1:
        return common.slice(0, committed + this.below(common.length - committed + 1));
      // What is not committed is not.
      case 2:
        return this.#grow(common.slice(0, committed), this.below(20), 1);
      // What is committed is not, from somewhere on.
      default: {
        const from = this.below(committed + 1);
        return this.#grow(common.slice(0, from), committed - from + this.below(5), 2);
      }
    }
  }

  #addHelpers(common: LogEntry[]): void {
    const count = 1 + this.below(5);
    for (let i = 0; i < count; i++) {
      const id = peer("abcdef"[i]!);
      // The first one leads.
      const other = this.#grow(common.slice(0, this.below(common.length + 1)), this.below(80), 3);
      const log = i === 0 ? this.#leaders : this.below(4) === 0 ? other : common;
      const context = new FakeContext(logOf(log), this.clock).commit(
        i === 0 ? common.length : this.below(log.length + 1),
      );
      context.isLeader = i === 0;
      context.peers = [this.member.localId];
      context.onSend = (_, message) => this.#travel(() => this.#receive(id, message));
      this.helpers.push({ id, context, provider: undefined!, isHostile: i > 0 && this.below(4) === 0 });
    }
    this.member.peers = this.helpers.map(({ id }) => id);
    this.member.onSend = (to, message) => {
      const helper = this.helpers.find(({ id }) => id === to)!;
      this.#travel(() => this.#serve(helper, message));
    };
  }

  #serve(helper: Helper, message: LogReplayMessage): void {
    if (!helper.isHostile || this.below(3) === 0) helper.provider.receive(message, this.member.localId);
    else this.#receive(helper.id, this.#nonsense(message));
  }

  /** An answer that no member that keeps to the protocol gives. */
  #nonsense(message: LogReplayMessage): LogReplayMessage {
    const asked = message.kind === "fetchEntriesRequest" ? message.value : { start: 1, end: 5 };
    const entries = this.#grow([], this.below(8), 4);
    const at = (offset: number): number => Math.max(0, offset + this.below(5) - 2);
    switch (this.below(5)) {
      case 0:
        return { kind: "availabilityResponse", value: { start: at(0), end: this.#pick([0, 3, 2 ** 53 - 1]) } };
      case 1:
        return { kind: "fetchEntriesResponse", value: { range: { start: 0, end: 0 }, entries: [] } };
      case 2:
        return {
          kind: "fetchEntriesResponse",
          value: { range: { start: at(asked.start), end: at(asked.end) }, entries },
        };
      case 3: {
        const range = { start: asked.start, end: asked.start + entries.length - 1 };
        return { kind: "fetchEntriesResponse", value: { range, entries } };
      }
      default:
        return message;
    }
  }

  #receive(from: PeerId, message: LogReplayMessage): void {
    if (!this.isOver && this.member.peers.includes(from)) this.#session.receive(message, from);
  }

  #travel(arrive: () => void): void {
    const isFaulty = this.clock.nowMs < FAULTS_MS;
    if (isFaulty && this.#random() < this.#lossRate) return;
    const delayMs = (): number => this.#random() * (isFaulty ? this.#delayMaxMs : 5);
    this.clock.after(delayMs(), arrive);
    if (isFaulty && this.#random() < this.#doubleRate) this.clock.after(delayMs(), arrive);
  }

  #leader(): Helper {
    return this.helpers.find(({ context }) => context.isLeader)!;
  }

  /** Heartbeats and entries, in order; they are lost with the bond. */
  #leaderSends(): void {
    const leader = this.#leader();
    const from = this.#leaders.length;
    if (this.clock.nowMs < FAULTS_MS) this.#leaders.push(...this.#grow(this.#leaders, this.below(4), 0).slice(from));
    leader.context.log.append(this.#leaders.slice(leader.context.log.last().index));
    if (!this.member.peers.includes(leader.id)) return;
    const gap = this.#gap(from);
    const told = [...this.#leaders];
    this.#leaderArrivesMs = Math.max(this.#leaderArrivesMs, this.clock.nowMs + this.#random() * this.#delayMaxMs);
    this.clock.after(this.#leaderArrivesMs - this.clock.nowMs, () => {
      if (this.isOver || this.#leader() !== leader || !this.member.peers.includes(leader.id)) return;
      this.told = told;
      if (this.member.leader !== leader.id) {
        this.member.leader = leader.id;
        this.#session.leaderChanged?.(leader.id);
      }
      this.#session.leaderSent(gap);
    });
  }

  #gap(from: Index) {
    const prev = { term: this.#leaders[from - 1]?.term ?? 0, index: from };
    return { prev, leaderCommit: 0, entries: this.#leaders.slice(from) };
  }

  #happens(): void {
    const one = this.helpers[this.below(this.helpers.length)]!;
    switch (this.below(4)) {
      case 0:
        this.member.peers = this.member.peers.filter((id) => id !== one.id);
        return this.#session.bondsChanged?.();
      case 1:
        return this.#bondWithAll();
      case 2:
        return this.below(4) === 0 ? this.#elect(one) : undefined;
      default:
    }
  }

  #bondWithAll(): void {
    this.member.peers = this.helpers.map(({ id }) => id);
    this.#session.bondsChanged?.();
  }

  /** Another leads, with what it has: with all that was committed, or without. */
  #elect(next: Helper): void {
    const last = this.#leader();
    if (next.isHostile || next === last) return;
    const common = next.context.log.slice({ start: 1, end: next.context.log.last().index }).entries;
    last.context.isLeader = false;
    last.context.commit(Math.min(last.context.committed.index, last.context.log.last().index));
    next.context.isLeader = true;
    const term = Math.max(this.#leaders.at(-1)?.term ?? 0, common.at(-1)?.term ?? 0) + 1;
    this.#leaders = [...common, ...this.#grow([], 1 + this.below(4), 5).map(({ command }) => ({ term, command }))];
  }

  /** Entries whose terms do not go back. What differs in `kind` differs in every command. */
  #grow(entries: readonly LogEntry[], count: number, kind: number): LogEntry[] {
    const grown = [...entries];
    // Terms coincide though the entries do not: two that elected themselves both began with term 1.
    let term = grown.at(-1)?.term ?? 1;
    for (let i = 0; i < count; i++) {
      if (this.below(10) === 0) term++;
      grown.push({ term, command: new Uint8Array([kind, this.below(256), this.below(256), this.below(256)]) });
    }
    return grown;
  }

  #pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }
}

function isSame(a: LogEntry | undefined, b: LogEntry | undefined): boolean {
  return a !== undefined && b !== undefined && a.term === b.term && Buffer.compare(a.command, b.command) === 0;
}

describe("log replay among several members", () => {
  it(
    `${SEEDS} seeds from ${FIRST_SEED}: ends with the leader's log, or says that what is committed here is another`,
    { timeout: 30_000 + SEEDS * 100 },
    () => {
      const outcomes = { done: 0, diverged: 0 };
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
        const scenario = new Scenario(seed);
        const { member } = scenario;
        const { index } = member.committed;
        const committed = entriesIn(member.log).slice(0, index);
        scenario.run();
        const what = `seed ${seed}: ${member.notes.join(", ")}`;
        // What is committed is never touched.
        expect(entriesIn(member.log).slice(0, index), what).toEqual(committed);
        const end = member.notes.at(-1) ?? "nothing";
        expect(end, what).toMatch(/^(done|diverged)/);
        expect(scenario.wrongs, what).toEqual([]);
        if (end.startsWith("diverged")) {
          outcomes.diverged++;
          continue;
        }
        outcomes.done++;
        // A leader whose log is shorter than what is committed here contradicts nothing yet.
        const { told } = scenario;
        expect(member.log.last().index, what).toBe(Math.max(told.length, index));
        expect(entriesIn(member.log).slice(index, told.length), what).toEqual(told.slice(index));
        if (index > 0 && told.length > index) expect(isSame(member.log.get(index), told[index - 1]), what).toBe(true);
      }
      expect(outcomes.done).toBeGreaterThan(SEEDS / 4);
      expect(outcomes.diverged).toBeGreaterThan(SEEDS / 40);
    },
  );
});
