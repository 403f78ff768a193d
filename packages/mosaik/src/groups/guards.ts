import { GroupError } from "./errors.js";

/**
 * What it takes to lead and to commit, beyond what the group's own rules ask for (spec 05 §19 C6). Local: it changes nothing on the wire
 * nor in the group's id, so that every member has to be given the same.
 */
export interface GuardOptions {
  /**
   * How many members the group has that vote, those that are away and this one included; observers do not count. To lead takes the
   * votes of a majority of them, to commit that a majority holds the command, and a leader that has not heard a majority for one
   * `electionTimeoutMs` leads no more: two parts of a divided group never both go on. 0: nobody knows. From 0 to 1024. Default: 0.
   */
  readonly members?: number;
  /** How many other members must hold a command before it is committed, at least. From 0 to 1023. Default: 0. */
  readonly minAcknowledgements?: number;
  /** How many other members must vote for a leader, at least. From 0 to 1023. Default: 0. */
  readonly minGrants?: number;
}

/** The guards with their defaults, checked. */
export type Guards = Required<GuardOptions>;

const DEFAULTS: Guards = { members: 0, minAcknowledgements: 0, minGrants: 0 };

/** Groups are of a few members. */
const MEMBERS_MAX = 1024;
const MAXIMA: Guards = { members: MEMBERS_MAX, minAcknowledgements: MEMBERS_MAX - 1, minGrants: MEMBERS_MAX - 1 };

/** @throws GroupError `invalidOption` */
export function guardsOf(options: GuardOptions = {}): Guards {
  const guards = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof Guards)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!Number.isInteger(value) || value < 0 || value > MAXIMA[name]) {
      throw invalid(`${name} must be a whole number from 0 to ${MAXIMA[name]}, not ${String(value)}`);
    }
    guards[name] = value;
  }
  const { members, minAcknowledgements, minGrants } = guards;
  if (members > 0 && Math.max(minAcknowledgements, minGrants) >= members) {
    const what = minGrants >= members ? `minGrants of ${minGrants}` : `minAcknowledgements of ${minAcknowledgements}`;
    throw invalid(`${what} is never reached: a member of ${members} has ${members - 1} others`);
  }
  return guards;
}

function invalid(what: string): GroupError {
  return new GroupError("invalidOption", `consensus.guards: ${what}`);
}
