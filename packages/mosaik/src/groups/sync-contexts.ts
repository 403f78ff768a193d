import type { NetworkId, PeerId } from "../primitives/index.js";
import type { CancelTimer, Runtime } from "../runtime/index.js";
import type { GroupId } from "./group-id.js";
import type { StateMachine } from "./machine/machine.js";
import type { Cursor, Index } from "./positions.js";
import type { Fingerprint } from "./raft/messages.js";
import type { LogEntry, LogStorage } from "./storage/storage.js";
import type { ProviderContext, PullContext, SessionContext, SyncContext } from "./sync/sync.js";

/** The member that a state sync belongs to: what it reaches, and what it does to it. */
export interface SyncHost {
  readonly runtime: Pick<Runtime, "monoMs" | "random" | "report">;
  readonly machine: StateMachine;
  readonly log: LogStorage;
  readonly localId: PeerId;
  readonly groupId: GroupId;
  readonly networkId: NetworkId;
  readonly messageMaxBytes: number;
  /** The end of what is committed: no session takes anything of it away. */
  readonly committed: Cursor;
  /** The end of what the machine has applied. */
  readonly applied: Cursor;
  readonly leader: PeerId | undefined;
  readonly isLeader: boolean;
  fingerprintAt(index: Index): Fingerprint | undefined;
  after(delayMs: number, task: () => void): CancelTimer;
  bonds(): readonly PeerId[];
  send(to: PeerId, message: unknown): boolean;
  broadcast(message: unknown): void;
  feed(command: Uint8Array): boolean;
  append(entries: readonly LogEntry[]): void;
  truncate(at: Index): void;
  installed(cursor: Cursor, fingerprint?: Fingerprint): void;
  diverged(at: Cursor, peer: PeerId): void;
  /** A session is done. */
  synced(): void;
  /** A pull is done, or there is none. */
  pulled(): void;
}

/** What a provider or a session is handed. Once it is closed, nothing that they do has an effect. */
abstract class HostedContext implements SyncContext<unknown> {
  readonly machine: StateMachine;
  readonly log: LogStorage;
  readonly localId: PeerId;
  readonly groupId: GroupId;
  readonly networkId: NetworkId;
  readonly messageMaxBytes: number;
  protected readonly host: SyncHost;
  protected isClosed = false;

  constructor(host: SyncHost) {
    this.host = host;
    this.machine = host.machine;
    this.log = host.log;
    this.localId = host.localId;
    this.groupId = host.groupId;
    this.networkId = host.networkId;
    this.messageMaxBytes = host.messageMaxBytes;
  }

  abstract readonly committed: Cursor;

  fingerprintAt(index: Index): Fingerprint | undefined {
    return this.host.fingerprintAt(index);
  }

  nowMs(): number {
    return this.host.runtime.monoMs();
  }

  after(delayMs: number, task: () => void): CancelTimer {
    return this.host.after(delayMs, () => {
      if (!this.isClosed) this.guard(task);
    });
  }

  unit(): number {
    return this.host.runtime.random.unit();
  }

  bonds(): readonly PeerId[] {
    return this.host.bonds();
  }

  send(to: PeerId, message: unknown): boolean {
    return !this.isClosed && this.host.send(to, message);
  }

  broadcast(message: unknown): void {
    if (!this.isClosed) this.host.broadcast(message);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Runs the implementation's code. What it throws is reported. */
  protected abstract guard(task: () => void): void;
}

/** Runs code of a state sync's implementation. @returns whether it went through: what it throws is reported */
export type Guard = (task: () => void) => boolean;

export class HostedProviderContext extends HostedContext implements ProviderContext<unknown> {
  protected readonly guard: Guard;

  constructor(host: SyncHost, guard: Guard) {
    super(host);
    this.guard = guard;
  }

  get committed(): Cursor {
    return this.host.applied;
  }

  get leader(): PeerId | undefined {
    return this.host.leader;
  }

  get isLeader(): boolean {
    return this.host.isLeader;
  }

  feed(command: Uint8Array): boolean {
    return !this.isClosed && this.host.feed(command);
  }
}

/** What belongs to one session or pull. */
export interface Fetching {
  readonly guard: Guard;
  /** Closes it. */
  readonly end: () => void;
  /** Told behind that, if it is done. */
  readonly onDone: () => void;
}

export class HostedPullContext extends HostedContext implements PullContext<unknown> {
  protected readonly guard: Guard;
  readonly #fetching: Fetching;

  constructor(host: SyncHost, fetching: Fetching) {
    super(host);
    this.guard = fetching.guard;
    this.#fetching = fetching;
  }

  get committed(): Cursor {
    return this.host.committed;
  }

  append(entries: readonly LogEntry[]): void {
    if (!this.isClosed) this.host.append(entries);
  }

  truncate(at: Index): void {
    if (!this.isClosed) this.host.truncate(at);
  }

  installed(cursor: Cursor, fingerprint?: Fingerprint): void {
    if (!this.isClosed) this.host.installed(cursor, fingerprint);
  }

  diverged(at: Cursor, peer: PeerId): void {
    if (this.isClosed) return;
    this.#fetching.end();
    this.host.diverged(at, peer);
  }

  done(): void {
    if (this.isClosed) return;
    this.#fetching.end();
    this.#fetching.onDone();
  }
}

export class HostedSessionContext extends HostedPullContext implements SessionContext<unknown> {
  leader: PeerId;

  constructor(host: SyncHost, leader: PeerId, fetching: Fetching) {
    super(host, fetching);
    this.leader = leader;
  }
}
