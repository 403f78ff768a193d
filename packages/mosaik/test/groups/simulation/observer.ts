import type { RaftInput, RaftOutput } from "../../../src/groups/raft/io.js";
import type { Member } from "./member.js";

/** Who watches a member. `input` is what the core was told, `outputs` what it wants. */
export interface MemberObserver {
  /** Behind each step of the core, before anything of it is carried out. */
  stepped(member: Member, input: MemberInput, outputs: readonly RaftOutput[]): void;
  /** Behind everything that a step has caused. */
  settled(member: Member): void;
}

/** An input of the core; messages with the incarnation of their senders. */
export type MemberInput = RaftInput & { readonly sender?: number };
