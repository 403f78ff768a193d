import type { BondInfo, Group, Network, PeerId } from "mosaik";
import type { JsonValue } from "../json.js";
import type { Output } from "../output.js";

/** The part of a group that is shown. */
type Shown = Pick<Group, "id" | "leader" | "term" | "committed" | "logPosition" | "isOnline" | "bonds">;

/** A peer that is in a group, or says so. */
export interface Member {
  readonly peer: PeerId;
  /** `undefined` for one that advertises the group and is not connected with this node. */
  readonly bond: BondInfo | undefined;
}

/** Who is connected in the group, and who else advertises it. */
export function membersOf({ discovery }: Pick<Network, "discovery">, group: Shown): Member[] {
  const bonds = new Map([...group.bonds].map((bond) => [bond.peer, bond] as const));
  const advertised = discovery.catalog.peers().filter(({ entry }) => entry.groups.has(group.id));
  const peers = new Set([...bonds.keys(), ...advertised.map(({ id }) => id)]);
  return [...peers].map((peer) => ({ peer, bond: bonds.get(peer) })).sort((a, b) => (a.peer.hex < b.peer.hex ? -1 : 1));
}

/** All of it for scripts. */
export function stateJson(group: Shown, members: readonly Member[]): JsonValue {
  const { index, term } = group.logPosition;
  return {
    group: group.id.hex,
    leader: group.leader?.hex ?? null,
    term: group.term,
    committed: group.committed,
    log: { index, term },
    isOnline: group.isOnline,
    members: members.map((member) => memberJson(group, member)),
  };
}

/** The members for people. */
export function memberTable(group: Shown, members: readonly Member[]): Parameters<Output["table"]> {
  const rows = members.map((member) => ({ json: memberJson(group, member), cells: cellsOf(group, member) }));
  return [["MEMBER", "", "RTT", "CONNECTED", "SENT", "RECEIVED"], rows];
}

function memberJson({ leader }: Shown, { peer, bond }: Member): JsonValue {
  const { rttMs = null, connectedMs, bytesSent, bytesReceived, messagesSent, messagesReceived } = bond ?? {};
  return {
    peer: peer.hex,
    isLeader: peer === leader,
    isConnected: bond !== undefined,
    rttMs,
    connectedMs,
    bytesSent,
    bytesReceived,
    messagesSent,
    messagesReceived,
  };
}

function cellsOf({ leader }: Shown, { peer, bond }: Member): string[] {
  const role = peer === leader ? "leads" : "";
  if (bond === undefined) return [peer.short(), role, "-", "no", "", ""];
  return [
    peer.short(),
    role,
    bond.rttMs === undefined ? "-" : `${bond.rttMs.toFixed(1)} ms`,
    `${Math.round(bond.connectedMs / 100) / 10} s`,
    `${bond.bytesSent} B`,
    `${bond.bytesReceived} B`,
  ];
}
