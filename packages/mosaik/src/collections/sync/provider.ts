import type { Codec } from "@mosaik/postcard";
import {
  compareCursors,
  cursorKey,
  type Cursor,
  type Index,
  type ProviderContext,
  type SyncProvider,
} from "../../groups/index.js";
import type { PeerId } from "../../primitives/index.js";
import type { CancelTimer } from "../../runtime/index.js";
import type { Frozen } from "../machines/state.js";
import type { SnapshotRequest } from "../machines/take-snapshot.js";
import type { SyncConfig } from "./config.js";
import type { SnapshotMessage } from "./protocol.js";
import { ServedSnapshot } from "./served-snapshot.js";

/** Snapshots that are kept at a time. Who asks for one more is offered the newest that there is. */
const SNAPSHOTS_MAX = 8;
/** Committed entries that stay in the log. */
const LOG_KEPT = 1024;
/** Fetches that wait for a snapshot to be in order. */
const WAITING_MAX = 256;
/** Bytes of items in an answer: heartbeats wait behind it. */
const ANSWER_MAX_BYTES = 256 * 1024;
/** How long a snapshot is worked on in one turn of the event loop, in ms. */
const TURN_MS = 2;

/** A request for a snapshot that was committed, and where. */
export interface CommittedRequest extends SnapshotRequest {
  readonly index: Index;
}

/** The machine whose state is offered. */
export interface SnapshotSource<Item> {
  readonly item: Codec<Item>;
  /** What was asked for in the commands that were applied since the last call. */
  takeRequests(): readonly CommittedRequest[];
  freeze(): Frozen<Item>;
  /** The command that asks for a snapshot, as it is put into the log. */
  requestOf(peer: PeerId): Uint8Array;
  /** Whether a request is young enough by its own time and this node's clock. */
  isFresh(request: SnapshotRequest): boolean;
  /** A snapshot was taken for somebody. */
  counted(): void;
}

interface Held<Item> {
  readonly snapshot: ServedSnapshot<Item>;
  cancel: CancelTimer;
}

interface Waiting<Item> {
  readonly from: PeerId;
  readonly snapshot: ServedSnapshot<Item>;
  readonly serve: () => void;
}

/** Offers snapshots to members that are behind, and gives their items (spec 06 §8.4). */
export class SnapshotProvider<Item> implements SyncProvider<SnapshotMessage<Item>> {
  readonly #held = new Map<string, Held<Item>>();
  #waiting: Waiting<Item>[] = [];
  #isPreparing = false;
  #isClosed = false;

  constructor(
    private readonly config: SyncConfig,
    private readonly context: ProviderContext<SnapshotMessage<Item>>,
    private readonly source: SnapshotSource<Item>,
    /** What was in the log up to here came by a catch-up: requests among it may be old. */
    private readonly caughtUpAt: () => Index,
  ) {}

  receive(message: SnapshotMessage<Item>, from: PeerId): boolean {
    if (message.kind === "requestSnapshot") {
      if (this.context.isLeader) this.context.feed(this.source.requestOf(from));
      else if (message.isPull === true && this.context.leader === undefined) this.#offerAll(from);
      return true;
    }
    if (message.kind !== "fetchDataRequest") return false;
    this.#fetch(message.value.anchor, message.value.range, from);
    return true;
  }

  committed(cursor: Cursor): void {
    const wanted = this.source.takeRequests().filter((request) => this.#isWanted(request));
    if (wanted.length === 0) return;
    for (const requestedBy of new Set(wanted.map((request) => request.requestedBy))) {
      const snapshot = this.#inPreparationFor(requestedBy) ?? this.#snapshotAt(cursor);
      this.source.counted();
      this.context.send(requestedBy, snapshot.offer());
    }
  }

  /** The log serves nobody: late members get snapshots. What is kept is for messages of the leader's that were under way. */
  safeToPrune(): Index {
    return Math.max(0, this.context.committed.index - LOG_KEPT);
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    for (const key of [...this.#held.keys()]) this.#drop(key);
  }

  /** What is here, and the log behind it, for a candidate that has less: without this nobody could lead but who has everything. */
  #offerAll(to: PeerId): void {
    const { committed, log } = this.context;
    const snapshot = this.#snapshotAt(committed);
    const { entries } = log.slice({ start: snapshot.anchor.index + 1, end: log.last().index });
    const bytes = entries.reduce((sum, { command }) => sum + command.length, 0);
    const tail = bytes <= this.#answerMaxBytes / 2 ? entries : [];
    this.source.counted();
    this.context.send(to, { ...snapshot.offer(), tail });
  }

  /** Less than a frame holds, what is around the items included. */
  get #answerMaxBytes(): number {
    return Math.min(ANSWER_MAX_BYTES, this.context.messageMaxBytes / 2);
  }

  /** One that comes live is fresh whatever its time says: clocks differ. One from a catch-up may be long over. */
  #isWanted(request: CommittedRequest): boolean {
    if (request.requestedBy === this.context.localId || !this.context.bonds().includes(request.requestedBy))
      return false;
    return request.index > this.caughtUpAt() || this.source.isFresh(request);
  }

  /**
   * The snapshot that a member has already asked for items of. Putting a large one in order may take longer than the member waits for
   * items: if it were offered a new one each time, it would never get any.
   */
  #inPreparationFor(peer: PeerId): ServedSnapshot<Item> | undefined {
    const waiting = this.#waiting.find(({ from }) => from === peer);
    return waiting && this.#keep(waiting.snapshot);
  }

  #snapshotAt(cursor: Cursor): ServedSnapshot<Item> {
    if (this.#held.size >= SNAPSHOTS_MAX) {
      const newest = [...this.#held.values()].reduce((a, b) =>
        compareCursors(a.snapshot.anchor, b.snapshot.anchor) > 0 ? a : b,
      );
      return this.#keep(newest.snapshot);
    }
    return this.#keep(this.#held.get(cursorKey(cursor))?.snapshot ?? this.#freeze(cursor));
  }

  #freeze(cursor: Cursor): ServedSnapshot<Item> {
    const fingerprint = this.context.fingerprintAt(cursor.index);
    return new ServedSnapshot(cursor, fingerprint, this.source.freeze(), this.source.item);
  }

  /** From now on for its whole time. */
  #keep(snapshot: ServedSnapshot<Item>): ServedSnapshot<Item> {
    const key = cursorKey(snapshot.anchor);
    this.#held.get(key)?.cancel();
    this.#held.set(key, { snapshot, cancel: this.context.after(this.config.snapshotTtlMs, () => this.#drop(key)) });
    return snapshot;
  }

  #drop(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.cancel();
    held.snapshot.release();
    this.#held.delete(key);
    this.#waiting = this.#waiting.filter(({ snapshot }) => snapshot !== held.snapshot);
  }

  #fetch(anchor: Cursor, { start, end }: { start: bigint; end: bigint }, from: PeerId): void {
    const held = this.#held.get(cursorKey(anchor));
    if (held === undefined) return;
    const snapshot = this.#keep(held.snapshot);
    const serve = (): void => {
      const found = snapshot.fetch(start, end, this.config.fetchBatchSize, this.#answerMaxBytes);
      if (found !== undefined) this.context.send(from, { kind: "fetchDataResponse", value: { anchor, ...found } });
    };
    if (snapshot.isReady) return serve();
    if (this.#waiting.length >= WAITING_MAX) return;
    this.#waiting.push({ from, snapshot, serve });
    this.#prepareLater();
  }

  #prepareLater(): void {
    if (this.#isPreparing || this.#isClosed || this.#waiting.length === 0) return;
    this.#isPreparing = true;
    this.context.after(0, () => {
      this.#isPreparing = false;
      this.#prepare();
      this.#prepareLater();
    });
  }

  #prepare(): void {
    const untilMs = this.context.nowMs() + TURN_MS;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { snapshot } = first;
      while (!snapshot.isReady) {
        if (this.context.nowMs() >= untilMs) return;
        snapshot.prepare();
      }
      const ready = this.#waiting.filter((waiting) => waiting.snapshot === snapshot);
      this.#waiting = this.#waiting.filter((waiting) => waiting.snapshot !== snapshot);
      for (const { serve } of ready) serve();
    }
  }
}
