import { compareCursors, type LogEntry, type PullContext, type SyncPull } from "../../groups/index.js";
import type { PeerId } from "../../primitives/index.js";
import type { CancelTimer } from "../../runtime/index.js";
import type { SyncConfig } from "./config.js";
import { Download } from "./download.js";
import { installInSteps, type SnapshotTarget } from "./install.js";
import { EncodedItems, type SnapshotMessage, type SnapshotOffer } from "./protocol.js";

/** How long a member is waited for: this long for its offer, and then for each of its answers. In ms. */
const ANSWER_MS = 2000;

/**
 * Fetches the state of members that denied their votes, and the log behind it, one member after the other (spec 05 §13 L5, §19 D5): where
 * only readers are left that have everything, a writer can lead again. Members in Rust do not answer.
 */
export class SnapshotPull<Item> implements SyncPull<SnapshotMessage<Item>> {
  readonly #waiting: PeerId[];
  #peer: PeerId | undefined;
  #download: Download<Item> | undefined;
  #tail: readonly LogEntry[] = [];
  #isInstalling = false;
  #isClosed = false;
  #cancelTimeout: CancelTimer = () => {};

  constructor(
    private readonly config: SyncConfig,
    private readonly context: PullContext<SnapshotMessage<Item>>,
    private readonly target: SnapshotTarget<Item>,
    from: readonly PeerId[],
  ) {
    this.#waiting = [...from];
    this.#next();
  }

  receive(message: SnapshotMessage<Item>, from: PeerId): void {
    if (from !== this.#peer || this.#isInstalling) return;
    if (message.kind === "snapshotOffer" && message.tail !== undefined) this.#offered(message, message.tail);
    else if (message.kind === "fetchDataResponse") {
      const { anchor, offset, items } = message.value;
      if (this.#download === undefined || items instanceof EncodedItems) return;
      if (compareCursors(anchor, this.#download.anchor) !== 0) return;
      this.#download.accept(from, offset, items);
      this.#advance(this.#download);
    }
  }

  bondsChanged(): void {
    if (this.#isInstalling || this.#peer === undefined || this.context.bonds().includes(this.#peer)) return;
    this.#next();
  }

  close(): void {
    this.#isClosed = true;
    this.#forget();
  }

  #forget(): void {
    this.#cancelTimeout();
    this.#peer = undefined;
    this.#download = undefined;
  }

  #next(): void {
    this.#forget();
    this.#peer = this.#waiting.shift();
    if (this.#peer === undefined) return this.context.done();
    this.#waitForAnswer();
    if (!this.context.send(this.#peer, { kind: "requestSnapshot", isPull: true })) this.#next();
  }

  #waitForAnswer(): void {
    this.#cancelTimeout();
    this.#cancelTimeout = this.context.after(ANSWER_MS, () => this.#next());
  }

  #offered({ value: { anchor, itemsCount }, fingerprint }: SnapshotOffer, tail: readonly LogEntry[]): void {
    if (this.#download !== undefined) return;
    const { committed, log } = this.context;
    const end = { term: tail.at(-1)?.term ?? anchor.term, index: anchor.index + tail.length };
    const isNewer = compareCursors(end, log.last()) > 0;
    if (!isNewer || anchor.index < committed.index) return this.#next();
    this.#tail = tail;
    this.#download = new Download(anchor, itemsCount, new Set([this.#peer!]), fingerprint);
    this.#advance(this.#download);
  }

  #advance(download: Download<Item>): void {
    if (download.isComplete) return this.#install(download);
    if (download.isStuck) return this.#next();
    this.#waitForAnswer();
    for (const { peer, request } of download.plan(this.#peer!, this.config.fetchBatchSize, this.context.nowMs())) {
      if (!this.context.send(peer, request)) return this.#next();
    }
  }

  #install({ anchor, items, fingerprint }: Download<Item>): void {
    this.#isInstalling = true;
    this.#cancelTimeout();
    const tail = this.#tail;
    installInSteps(this.context, this.target, items, (isWhole) => {
      this.#isInstalling = false;
      if (this.#isClosed) return;
      if (isWhole) {
        this.context.installed(anchor, fingerprint);
        this.context.append(tail);
        this.target.installed(anchor, this.context.log.last().index);
      }
      this.#next();
    });
  }
}
