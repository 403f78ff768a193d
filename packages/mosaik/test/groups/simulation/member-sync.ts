import type { MachineHost } from "../../../src/groups/apply.js";
import { CatchUp } from "../../../src/groups/catch-up.js";
import type { StateMachine } from "../../../src/groups/machine/machine.js";
import type { Cursor, Index } from "../../../src/groups/positions.js";
import type { RaftCore } from "../../../src/groups/raft/core.js";
import type { LogStorage } from "../../../src/groups/storage/storage.js";
import { Digest, type PeerId } from "../../../src/primitives/index.js";
import type { CancelTimer, Random } from "../../../src/runtime/index.js";
import type { SimulatedBonds } from "./bonds.js";
import { numberOf, peerOf } from "./member-ids.js";

export const GROUP_ID = Digest.from("the simulated group");
export const NETWORK_ID = Digest.from("the simulated network");

/** What the state sync of a member reaches, and what it does to the member. */
export interface MemberSyncOptions {
  readonly number: number;
  readonly machine: StateMachine;
  readonly log: LogStorage;
  readonly core: Pick<RaftCore, "committed" | "leader" | "role">;
  readonly host: Pick<MachineHost, "committed">;
  readonly bonds: SimulatedBonds;
  readonly random: Random;
  readonly nowMs: () => number;
  readonly after: (delayMs: number, task: () => void) => CancelTimer;
  readonly onTruncated: (at: Index) => void;
  readonly onInstalled: (cursor: Cursor) => void;
  readonly onDiverged: (at: Cursor) => void;
  readonly onSynced: () => void;
  readonly onPulled: () => void;
}

export function memberSync(options: MemberSyncOptions): CatchUp {
  const { number, machine, log, core, host, bonds, random, nowMs, after } = options;
  const peers = (): PeerId[] => bonds.peersOf(number).map(peerOf);
  const send = (to: PeerId, message: unknown): boolean =>
    bonds.send(number, numberOf(to), { kind: "stateSync", message });
  const report = (error: unknown): never => {
    throw error as Error;
  };
  return new CatchUp({
    runtime: { monoMs: nowMs, random, report },
    machine,
    log,
    localId: peerOf(number),
    groupId: GROUP_ID,
    networkId: NETWORK_ID,
    messageMaxBytes: 1024 * 1024,
    get committed(): Cursor {
      return core.committed;
    },
    get applied(): Cursor {
      return host.committed;
    },
    get leader(): PeerId | undefined {
      return core.leader;
    },
    get isLeader(): boolean {
      return core.role === "leader";
    },
    fingerprintAt: () => undefined,
    after,
    bonds: peers,
    send,
    broadcast: (message: unknown) => {
      for (const peer of peers()) send(peer, message);
    },
    feed: () => false,
    append: (entries) => void log.append(entries),
    truncate: (at: Index) => {
      options.onTruncated(at);
      log.truncate(at);
    },
    installed: options.onInstalled,
    diverged: options.onDiverged,
    synced: options.onSynced,
    pulled: options.onPulled,
  });
}
