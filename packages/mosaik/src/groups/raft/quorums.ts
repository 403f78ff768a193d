import type { Guards } from "../guards.js";

/** How many members something takes at least, the one that counts among them. 1 each: there are no guards. */
export interface Quorums {
  /** To lead: so many votes. */
  readonly votes: number;
  /** To commit: so many hold it. */
  readonly holders: number;
  /** To go on leading: so many are heard. */
  readonly contacts: number;
  /** So many there are that vote; `Infinity` where nobody knows. */
  readonly members: number;
}

/** What the guards ask for (spec 05 §19 C6): with the number of members any two of `votes` and `holders` have a member in common. */
export function quorumsOf({ members, minAcknowledgements, minGrants }: Guards): Quorums {
  const majority = members > 0 ? Math.floor(members / 2) + 1 : 1;
  return {
    votes: Math.max(majority, minGrants + 1),
    holders: Math.max(majority, minAcknowledgements + 1),
    contacts: majority,
    members: members > 0 ? members : Infinity,
  };
}

export function isGuarded({ votes, holders }: Quorums): boolean {
  return votes > 1 || holders > 1;
}
