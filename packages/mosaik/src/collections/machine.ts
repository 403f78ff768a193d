import { DateTime, t, type Codec } from "@mosaik/postcard";
import type {
  Admission,
  ApplyContext,
  Cursor,
  Index,
  LeadershipPreference,
  StateMachine,
  StateSync,
} from "../groups/index.js";
import { normal, observer } from "../groups/index.js";
import type { Digest, PeerId } from "../primitives/index.js";
import type { CollectionState, Frozen } from "./machines/state.js";
import type { SnapshotRequest } from "./machines/take-snapshot.js";
import type { SyncConfig } from "./sync/config.js";
import type { SnapshotMessage } from "./sync/protocol.js";
import { SnapshotProvider, type CommittedRequest, type SnapshotSource } from "./sync/provider.js";
import type { SnapshotTarget } from "./sync/install.js";
import { SnapshotPull } from "./sync/pull.js";
import { SnapshotSession } from "./sync/session.js";
import { snapshotMessageCodec } from "./sync/protocol.js";

/** A command of any kind of collection. */
export type AnyCommand = { readonly kind: "TakeSnapshot"; readonly value: SnapshotRequest } | { readonly kind: string };

/** What a machine says of its own work. */
export interface MachineListener<Change> {
  changed(index: Index, changes: readonly Change[]): void;
  /** A command was carried out that this came of. */
  resulted(index: Index, result: unknown): void;
  /** The state is another as a whole, that of this place; what led to it is not known. */
  replaced(index: Index): void;
  snapshotTaken(): void;
  /** Commands were carried out. */
  applied(): void;
}

export interface MachineOptions<Command, Item, Change> {
  readonly signature: Digest;
  readonly syncSignature: Digest;
  readonly sync: SyncConfig;
  readonly command: Codec<Command>;
  readonly item: Codec<Item>;
  readonly state: CollectionState<Command, Item, Change>;
  readonly listener: MachineListener<Change>;
  /** The wall clock, in ms since 1970. */
  readonly wallMs: () => number;
}

/** The state machine of a collection (spec 06 §6): its state, and the snapshots of it. */
export class CollectionMachine<Command extends AnyCommand, Item, Change>
  implements StateMachine<Command, undefined, undefined>, SnapshotSource<Item>, SnapshotTarget<Item>
{
  readonly signature: Digest;
  readonly command: Codec<Command>;
  readonly query = t.unit;
  readonly result = t.unit;
  readonly sync: StateSync;
  readonly item: Codec<Item>;
  readonly admission?: Admission;
  /** Whether this node may lead: while somebody here writes. */
  mayLead = false;
  readonly #options: MachineOptions<Command, Item, Change>;
  #requests: CommittedRequest[] = [];
  /** The end of the log when the last snapshot was installed. */
  #caughtUpAt: Index = 0;

  constructor(options: MachineOptions<Command, Item, Change>) {
    this.#options = options;
    this.signature = options.signature;
    this.command = options.command;
    this.item = options.item;
    if (options.state.admission !== undefined) this.admission = options.state.admission;
    this.sync = this.#snapshotSync();
  }

  get preference(): LeadershipPreference {
    return this.mayLead ? normal : observer;
  }

  apply(commands: readonly Command[], { committed }: ApplyContext): void {
    for (const [i, command] of commands.entries()) {
      const index = committed.index + 1 + i;
      if (command.kind === "TakeSnapshot")
        this.#requests.push({ ...(command as { value: SnapshotRequest }).value, index });
      else this.#applyOne(command, index);
    }
    this.#options.listener.applied();
  }

  answer(): undefined {
    return undefined;
  }

  reset(): void {
    this.#requests = [];
    this.#options.state.clear();
    this.#options.listener.replaced(0);
  }

  takeRequests(): readonly CommittedRequest[] {
    const requests = this.#requests;
    this.#requests = [];
    return requests;
  }

  freeze(): Frozen<Item> {
    return this.#options.state.freeze();
  }

  requestOf(peer: PeerId): Uint8Array {
    const value: SnapshotRequest = { requestedBy: peer, requestedAt: DateTime.fromMillis(this.#options.wallMs()) };
    return this.command.encode({ kind: "TakeSnapshot", value } as AnyCommand as Command);
  }

  isFresh({ requestedAt }: SnapshotRequest): boolean {
    const atMs = requestedAt.seconds * 1000 + requestedAt.nanos / 1e6;
    return Math.abs(this.#options.wallMs() - atMs) <= this.#options.sync.snapshotTtlMs;
  }

  counted(): void {
    this.#options.listener.snapshotTaken();
  }

  install(items: readonly Item[]): Generator<void, boolean, void> {
    return this.#options.state.install(items);
  }

  installed(anchor: Cursor, logEnd: Index): void {
    this.#requests = [];
    this.#caughtUpAt = Math.max(this.#caughtUpAt, logEnd);
    this.#options.listener.replaced(anchor.index);
  }

  #applyOne(command: Command, index: Index): void {
    const { state, listener } = this.#options;
    const changes: Change[] = [];
    const result = state.apply(command, (change) => changes.push(change));
    if (result !== undefined) listener.resulted(index, result);
    if (changes.length > 0) listener.changed(index, changes);
  }

  #snapshotSync(): StateSync<SnapshotMessage<Item>> {
    const { sync, syncSignature, item } = this.#options;
    return {
      signature: syncSignature,
      message: snapshotMessageCodec(item),
      provider: (context) => new SnapshotProvider(sync, context, this, () => this.#caughtUpAt),
      session: (context, gap) => new SnapshotSession(sync, context, this, gap),
      pull: (context, from) => new SnapshotPull(sync, context, this, from),
    };
  }
}
