import type { Digest } from "../primitives/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { consensusDigest, type ConsensusConfig } from "./config.js";
import type { GroupKey } from "./key.js";
import type { StateMachine } from "./machine/machine.js";

/** Names a group: nodes that derive the same one are its members. Public. */
export type GroupId = Digest;

/** Everything that a group's id is derived from. */
export interface GroupIdInputs {
  readonly key: GroupKey;
  readonly consensus: ConsensusConfig;
  readonly machine: Pick<StateMachine, "signature" | "sync">;
  /** In the order in which they were required. */
  readonly tickets: readonly Pick<TicketValidator, "signature">[];
}

/** The parts of a group's id in the order of spec 05 §2.4, each by what it is: for when two nodes do not meet. */
export function groupIdParts({ key, consensus, machine, tickets }: GroupIdInputs): (readonly [string, Digest])[] {
  return [
    ["key", key.publicDigest()],
    ["consensus", consensusDigest(consensus)],
    ["machine", machine.signature],
    ["sync", machine.sync.signature],
    ...tickets.map(({ signature }, i) => [`ticket ${i}`, signature] as const),
  ];
}

/** The id of a group (spec 05 §2.4). */
export function groupId(inputs: GroupIdInputs): GroupId {
  const [[, first], ...rest] = groupIdParts(inputs) as [readonly [string, Digest], ...(readonly [string, Digest])[]];
  return rest.reduce((id, [, part]) => id.derive(part.bytes), first);
}
