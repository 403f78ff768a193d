import { compareCursors } from "../../../src/groups/positions.js";
import { Violation } from "../simulation/violations.js";
import type { MemberState } from "./program/messages.js";

/** The member that leads, if it is one. */
export function leaderOf(states: readonly MemberState[]): number | undefined {
  const leaders = [...states.keys()].filter((host) => states[host]!.isLeader);
  return leaders.length === 1 ? leaders[0] : undefined;
}

/** What keeps a crew from being at one: nothing else is under way. The members concerned stand in the order in which `hazardOf` wants them. */
export function shortcomings(states: readonly MemberState[], isRust: (host: number) => boolean): Violation[] {
  const leader = leaderOf(states);
  if (leader === undefined) return [noLeader(states, isRust)];
  const [reference, others] = [states[leader]!, states.length - 1];
  return states.flatMap((state, host) => {
    const isLike =
      state.isOnline &&
      state.leader === reference.leader &&
      state.bonds.length === others &&
      state.openCount === 0 &&
      state.committed === reference.committed &&
      String(state.applied) === String(reference.applied);
    if (isLike) return [];
    const text = `${host} ${JSON.stringify(state)}, its leader ${leader} ${JSON.stringify(reference)}`;
    return [new Violation("notConverged", text, { members: [host, leader], providers: [] })];
  });
}

/** Who has the newest log could lead. */
function noLeader(states: readonly MemberState[], isRust: (host: number) => boolean): Violation {
  const hosts = [...states.keys()];
  const newest = hosts.filter((host) => states.every(({ end }) => compareCursors(end, states[host]!.end) <= 0));
  const members = newest.sort((a, b) => Number(isRust(a)) - Number(isRust(b)));
  return new Violation("noLeader", JSON.stringify(states), { members, providers: [] });
}
