import type { LocalNode } from "../network/index.js";
import type { NetworkId, PeerId } from "../primitives/index.js";
import type { CancelTimer } from "../runtime/index.js";
import type { MachineHost } from "./apply.js";
import type { Bonds } from "./bonds/index.js";
import type { GroupId } from "./group-id.js";
import type { StateMachine } from "./machine/machine.js";
import type { MemberState } from "./member-state.js";
import type { Cursor, Index } from "./positions.js";
import type { GroupMessage } from "./protocol.js";
import type { RaftCore } from "./raft/core.js";
import type { FingerprintedLog } from "./raft/fingerprinted-log.js";
import type { Fingerprint } from "./raft/messages.js";
import type { Requests } from "./requests.js";
import type { LogEntry, LogStorage } from "./storage/storage.js";
import type { SyncHost } from "./sync-contexts.js";

/** What a frame of a bond has beside a message of the state sync, in bytes. */
const FRAME_OVERHEAD_BYTES = 16;

/** The parts of a member that its state sync works on. */
export interface MemberParts {
  readonly node: LocalNode;
  readonly groupId: GroupId;
  readonly machine: StateMachine;
  readonly state: MemberState;
  readonly log: FingerprintedLog;
  readonly frameLimitBytes: number;
  readonly core: Pick<RaftCore, "committed" | "leader" | "role">;
  readonly host: Pick<MachineHost, "committed">;
  readonly requests: Pick<Requests, "feed">;
  /** Does something that may bring inputs for the core. */
  readonly run: (task: () => void) => void;
  readonly onInstalled: (cursor: Cursor, fingerprint: Fingerprint | undefined) => void;
  readonly onDiverged: (at: Cursor, peer: PeerId) => void;
  readonly onSynced: () => void;
  readonly onPulled: () => void;
}

/** A member as its state sync sees it. */
export class MemberSyncHost implements SyncHost {
  readonly runtime;
  readonly machine: StateMachine;
  readonly log: LogStorage;
  readonly localId: PeerId;
  readonly groupId: GroupId;
  readonly networkId: NetworkId;
  readonly messageMaxBytes: number;
  /** They are opened last; until then there is nobody. */
  connections: Bonds<unknown> | undefined;
  readonly #parts: MemberParts;

  constructor(parts: MemberParts) {
    const { node, groupId, machine, log, frameLimitBytes } = parts;
    this.runtime = node.runtime;
    this.machine = machine;
    this.log = log;
    this.localId = node.id;
    this.groupId = groupId;
    this.networkId = node.networkId;
    this.messageMaxBytes = frameLimitBytes - FRAME_OVERHEAD_BYTES;
    this.#parts = parts;
  }

  get committed(): Cursor {
    return this.#parts.core.committed;
  }

  get applied(): Cursor {
    return this.#parts.host.committed;
  }

  get leader(): PeerId | undefined {
    return this.#parts.core.leader;
  }

  get isLeader(): boolean {
    return this.#parts.core.role === "leader";
  }

  after(delayMs: number, task: () => void): CancelTimer {
    return this.runtime.after(delayMs, () => this.#parts.run(task));
  }

  bonds(): readonly PeerId[] {
    return this.connections?.peers() ?? [];
  }

  send(to: PeerId, message: unknown): boolean {
    return this.connections?.send(to, stateSync(message)) ?? false;
  }

  broadcast(message: unknown): void {
    this.connections?.broadcast(stateSync(message));
  }

  feed(command: Uint8Array): boolean {
    if (this.isLeader) this.#parts.requests.feed(command);
    return this.isLeader;
  }

  append(entries: readonly LogEntry[]): void {
    this.log.append(entries);
    this.#parts.state.logEndsAt(this.log.last());
  }

  truncate(at: Index): void {
    const count = this.log.last().index - at + 1;
    this.log.truncate(at);
    this.#parts.state.logEndsAt(this.log.last());
    this.#parts.state.reverted(at, count);
  }

  fingerprintAt(index: Index): Fingerprint | undefined {
    return this.#parts.log.fingerprintAt(index);
  }

  installed(cursor: Cursor, fingerprint?: Fingerprint): void {
    this.#parts.run(() => this.#parts.onInstalled(cursor, fingerprint));
  }

  diverged(at: Cursor, peer: PeerId): void {
    this.#parts.run(() => this.#parts.onDiverged(at, peer));
  }

  synced(): void {
    this.#parts.run(() => {
      this.#parts.onSynced();
      this.#parts.state.tell({ kind: "caughtUp", position: this.log.last() });
    });
  }

  pulled(): void {
    this.#parts.run(() => this.#parts.onPulled());
  }
}

function stateSync(message: unknown): GroupMessage {
  return { kind: "stateSync", message };
}
