import { consensusConfig } from "../../../src/groups/config.js";
import { RaftCore } from "../../../src/groups/raft/core.js";
import { rulesOf, type RaftRules } from "../../../src/groups/raft/rules.js";
import { ourParts, type MemberParts } from "../simulation/parts.js";
import { mutate } from "./bugs.js";

/** A member of a group with guards with one mistake. */
export interface GuardedBug {
  readonly name: string;
  /** @param members how many vote */
  readonly parts: (members: number) => MemberParts;
}

/** Members with guards whose rules have a mistake. */
function guarded(change: (rules: RaftRules) => RaftRules): (members: number) => MemberParts {
  return (members) => {
    const rules = change(rulesOf(consensusConfig({ guards: { members }, sticky: true })));
    return { ...ourParts, core: (options) => new RaftCore({ ...options, rules }) };
  };
}

export const guardedBugs: readonly GuardedBug[] = [
  {
    name: "counts one too few for a majority",
    parts: guarded((rules) => {
      const { votes, holders, contacts } = rules.quorums;
      return {
        ...rules,
        quorums: { ...rules.quorums, votes: votes - 1, holders: holders - 1, contacts: contacts - 1 },
      };
    }),
  },
  {
    name: "commits without asking its guards",
    parts: guarded((rules) => ({ ...rules, quorums: { ...rules.quorums, holders: 1 } })),
  },
  {
    name: "leads without asking its guards",
    parts: guarded((rules) => ({ ...rules, quorums: { ...rules.quorums, votes: 1 } })),
  },
  {
    name: "keeps to its leader for ever",
    parts: (members) => {
      const rules = rulesOf(consensusConfig({ guards: { members } }));
      return {
        ...ourParts,
        core: (options) =>
          mutate(new RaftCore({ ...options, rules }), {
            input: (input, core) => {
              const isRequest = input.kind === "message" && input.message.kind === "requestVote";
              return isRequest && core.role === "follower" && core.term > 0 ? undefined : input;
            },
          }),
      };
    },
  },
];
