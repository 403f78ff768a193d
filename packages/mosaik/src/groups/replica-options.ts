import type { Discovery } from "../discovery/index.js";
import type { LocalNode } from "../network/index.js";
import type { TicketValidator } from "../tickets/index.js";
import type { DialPlaces } from "./bonds/index.js";
import type { ConsensusConfig } from "./config.js";
import type { GroupId } from "./group-id.js";
import type { GroupKey } from "./key.js";
import type { StateMachine } from "./machine/machine.js";
import type { LogStorage } from "./storage/storage.js";

/** What a membership is made of: the node's part, and the group's. */
export interface ReplicaOptions {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  readonly frameLimitBytes: number;
  readonly handshakeTimeoutMs: number;
  readonly dialPlaces: DialPlaces;
  readonly id: GroupId;
  readonly key: GroupKey;
  readonly machine: StateMachine;
  readonly storage: LogStorage;
  readonly consensus: ConsensusConfig;
  readonly tickets: readonly TicketValidator[];
  /** The machine or the log threw, or mosaik itself: this node is a member no more. */
  readonly onFailed: () => void;
}
