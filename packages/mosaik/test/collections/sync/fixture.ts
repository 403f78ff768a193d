import { t } from "@mosaik/postcard";
import {
  compareCursors,
  MemoryLog,
  NoOp,
  type Cursor,
  type Fingerprint,
  type LogEntry,
  type PullContext,
  type ProviderContext,
  type SessionContext,
} from "../../../src/groups/index.js";
import type { Frozen } from "../../../src/collections/machines/state.js";
import type { SnapshotRequest } from "../../../src/collections/machines/take-snapshot.js";
import type { SyncConfig } from "../../../src/collections/sync/config.js";
import type { SnapshotTarget } from "../../../src/collections/sync/install.js";
import { snapshotMessageCodec, type SnapshotMessage } from "../../../src/collections/sync/protocol.js";
import type { CommittedRequest, SnapshotSource } from "../../../src/collections/sync/provider.js";
import { Digest, type PeerId } from "../../../src/primitives/index.js";
import { nameOf, peer, TestClock } from "../../groups/sync/fixture.js";

export { nameOf, peer };

export const item = t.u32;
export const codec = snapshotMessageCodec(item);
export const config: SyncConfig = {
  fetchBatchSize: 4,
  snapshotTtlMs: 10_000,
  snapshotRequestTimeoutMs: 15_000,
  fetchTimeoutMs: 5000,
};

export type Message = SnapshotMessage<number>;

/** A message as it comes out at the other side. */
export function carried(message: Message): Message {
  return codec.decode(codec.encode(message));
}

/** In words: "offer 3/12 of 9", "fetch 3/12 4…8", … */
export function inWords(message: Message): string {
  switch (message.kind) {
    case "requestSnapshot":
      return message.isPull === true ? "pull" : "request";
    case "snapshotOffer": {
      const { anchor, itemsCount } = message.value;
      const tail = message.tail === undefined ? "" : ` and ${message.tail.length}`;
      const print = message.fingerprint === undefined ? "" : ` as ${message.fingerprint.low}`;
      return `offer ${anchor.term}/${anchor.index} of ${itemsCount}${tail}${print}`;
    }
    case "fetchDataRequest": {
      const { anchor, range } = message.value;
      return `fetch ${anchor.term}/${anchor.index} ${range.start}…${range.end}`;
    }
    case "fetchDataResponse": {
      const decoded = carried(message) as typeof message;
      return `items ${decoded.value.offset}: ${(decoded.value.items as readonly number[]).join()}`;
    }
  }
}

/** A member with a log, and what it sends, as "b: request". */
export class Member implements SessionContext<Message>, ProviderContext<Message>, PullContext<Message> {
  readonly machine = new NoOp();
  readonly groupId = Digest.from("group");
  readonly networkId = Digest.from("network");
  readonly localId = peer("z");
  readonly log = new MemoryLog();
  readonly clock = new TestClock();
  messageMaxBytes = 1024 * 1024;
  committed: Cursor = { term: 0, index: 0 };
  leader: PeerId = peer("a");
  isLeader = false;
  peers: PeerId[] = [..."abc"].map(peer);
  readonly sent: string[] = [];
  readonly fed: Uint8Array[] = [];
  readonly fingerprints = new Map<number, Fingerprint>();
  /** What became of the session. */
  readonly notes: string[] = [];

  nowMs = (): number => this.clock.nowMs;
  after = (delayMs: number, task: () => void): (() => void) => this.clock.after(delayMs, task);
  unit = (): number => 0.5;
  bonds = (): readonly PeerId[] => this.peers;

  send(to: PeerId, message: Message): boolean {
    if (!this.peers.includes(to)) return false;
    this.sent.push(`${nameOf(to)}: ${inWords(message)}`);
    return true;
  }

  broadcast(message: Message): void {
    for (const to of this.peers) this.send(to, message);
  }

  feed(command: Uint8Array): boolean {
    this.fed.push(command);
    return true;
  }

  append(entries: readonly LogEntry[]): void {
    this.log.append(entries);
  }

  truncate(): void {
    throw new Error("nothing is truncated");
  }

  fingerprintAt(index: number): Fingerprint | undefined {
    return this.fingerprints.get(index);
  }

  installed(cursor: Cursor, fingerprint?: Fingerprint): void {
    this.committed = cursor;
    this.log.resetTo(cursor);
    const print = fingerprint === undefined ? "" : ` as ${fingerprint.low}`;
    this.notes.push(`installed ${cursor.term}/${cursor.index}${print}`);
  }

  diverged(at: Cursor): void {
    this.notes.push(`diverged at ${at.index}`);
  }

  done(): void {
    const { term, index } = this.log.last();
    this.notes.push(`done at ${term}/${index}`);
  }

  takeSent(): string[] {
    return this.sent.splice(0);
  }
}

/** A state of numbers, none of which may be there twice. */
export class Numbers implements SnapshotTarget<number>, SnapshotSource<number> {
  readonly item = item;
  items: readonly number[] = [];
  requests: CommittedRequest[] = [];
  taken = 0;
  isClockRight = true;
  released = 0;

  *install(items: readonly number[]): Generator<void, boolean, void> {
    yield;
    if (new Set(items).size < items.length) return false;
    this.items = [...items];
    return true;
  }

  installed(): void {}

  takeRequests(): readonly CommittedRequest[] {
    return this.requests.splice(0);
  }

  freeze(): Frozen<number> {
    const items = [...this.items];
    return {
      size: items.length,
      *items() {
        yield;
        return items;
      },
      release: () => this.released++,
    };
  }

  requestOf(by: PeerId): Uint8Array {
    return by.bytes;
  }

  isFresh(_request: SnapshotRequest): boolean {
    return this.isClockRight;
  }

  counted(): void {
    this.taken++;
  }
}

export function entries(...terms: number[]): LogEntry[] {
  return terms.map((term) => ({ term, command: new Uint8Array([term]) }));
}

export { compareCursors };
