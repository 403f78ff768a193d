/** Groups in the program's commands: the TypeScript side of the table in `interop/README.md`. */
import type { ConsensusOptions } from "mosaik";
import type { JwtValidatorArgs } from "./ticket-protocol.js";

export type PreferenceArgs =
  { readonly kind: "normal" | "observer" } | { readonly kind: "reluctant"; readonly factor: number };

export type GroupKeyArgs =
  /** 64 hexadecimal digits are the secret itself, any other text is hashed. */
  | { readonly secret: string; readonly keyOf?: undefined }
  /** The key that follows from a validator. */
  | { readonly keyOf: JwtValidatorArgs; readonly secret?: undefined };

export type JoinGroupOptions = GroupKeyArgs & {
  /** One object does for both languages. The crate's defaults stand for what is absent. */
  readonly consensus?: ConsensusOptions;
  /** Bonds only with peers whose tickets all of these accept; their order enters the group's id. */
  readonly requireTickets?: readonly JwtValidatorArgs[];
};

/** The counter's own options. */
export interface CounterArgs {
  /** How many entries a member that is behind asks for at a time; 2000 if absent. */
  readonly batchSize?: number;
  /** 25 seconds if absent. */
  readonly fetchTimeoutMs?: number;
  readonly preference?: PreferenceArgs;
}

/** The commands of the machines: of the counter, of the one that does nothing, and of the one that knows their order. */
export interface MachineCommands {
  counter: { readonly Increment: number } | { readonly Decrement: number };
  noop: null;
  order: number;
}
export type MachineKind = keyof MachineCommands;

/** What the machines answer to their only query. */
export interface MachineResults {
  counter: number;
  noop: null;
  /** How many commands, and a hash of them and their order. */
  order: readonly [count: number, hash: number];
}

export interface JoinedGroup {
  readonly group: string;
  /** Hexadecimal. */
  readonly groupId: string;
  /** The counter's name in Rust: it enters the ids of its groups. */
  readonly typeName: string;
}

/** Places in the log, both included. */
export interface PlaceRange {
  readonly start: number;
  readonly end: number;
}

export interface CommandLoad {
  readonly count: number;
  /** Commands side by side; 1 if absent. */
  readonly inFlight?: number;
}

export interface CommandLoadResult {
  readonly elapsedMs: number;
  readonly completed: number;
  readonly failed: number;
  /** What the first failure said. */
  readonly failure: string | null;
  readonly p50Micros: number | null;
  readonly p99Micros: number | null;
}

/** A group as a member sees it; peers by their ids. */
export interface GroupState {
  /** It may be dead. */
  readonly leader: string | null;
  readonly isLeader: boolean;
  readonly online: boolean;
  readonly committed: number;
  /** A follower's own is told only when it has caught up. */
  readonly log: { readonly term: number; readonly index: number };
  readonly bonds: readonly string[];
}

export interface GroupInfo extends GroupState {
  /** What the counter was given: `checksum` is the BLAKE3 of the postcard of `(term, command)` of all commands, one after the other. */
  readonly applied: { readonly count: number; readonly checksum: string };
}

/** What groups report unasked. */
export type GroupReport =
  | { readonly event: "groupChanged"; readonly group: string; readonly state: GroupState }
  /** Only of the machine that knows their order: the first has this place in the log. */
  | { readonly event: "applied"; readonly group: string; readonly index: number; readonly commands: readonly number[] }
  | {
      readonly event: "bondEnded";
      readonly group: string;
      readonly peer: string;
      readonly code: number;
      readonly reason: string;
    };
