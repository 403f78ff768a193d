import type { HistoryLine } from "./program/history.js";
import type { Charge, MemberState, NodeAddress } from "./program/messages.js";

/** A member of a crew: a process of its own, of either language. */
export interface CrewMember {
  readonly language: "ts" | "rust";
  readonly charge: Charge;
  /** Settles when it is a member. */
  readonly joined: Promise<NodeAddress>;
  /** Where it is, as soon as it has joined. */
  readonly address: NodeAddress;
  /** Whether it runs no more because the test wanted it so. */
  readonly isKilled: boolean;
  /** What it has reported, and what ended it if the test did not. */
  readonly complaints: string;
  /** What it has written down so far. */
  history(): HistoryLine[];
  order(kind: "work" | "rest" | "rejoin"): void;
  leave(): Promise<void>;
  state(): Promise<MemberState>;
  stop(): void;
  continue(): void;
  kill(): Promise<void>;
}

/**
 * Starts a process.
 *
 * @param at what precedes a command so that it runs at the member's host
 */
export type StartMember = (at: readonly [string, ...string[]], charge: Charge) => CrewMember;
