import type { NodeStatus } from "../node-status.js";
import type { StatusRow } from "../protocol.js";

/** The counts of each kind of row of which it is told how fast they grow. */
const COUNTED = {
  Neighbor: [],
  Producer: ["sent", "bytes", "dropped"],
  Consumer: ["datums", "bytes"],
  Handler: ["served", "failed"],
  Caller: ["completed", "failed"],
  Group: ["committed"],
  Collection: ["version"],
} as const satisfies Record<StatusRow["kind"], readonly string[]>;

type Kind = StatusRow["kind"];
type ValueOf<K extends Kind> = Extract<StatusRow, { kind: K }>["value"];

/** A row, and how fast its counts grew since the status before, by second; nothing where it was not in that. */
export type Rated<K extends Kind> = ValueOf<K> & {
  readonly perSecond: { readonly [Count in (typeof COUNTED)[K][number]]: number } | undefined;
};

type Lists = "producers" | "consumers" | "handlers" | "callers" | "groups" | "collections";

/** How another node stands, and how fast its counts grow. */
export interface ObservedStatus extends Omit<NodeStatus, Lists> {
  readonly producers: readonly Rated<"Producer">[];
  readonly consumers: readonly Rated<"Consumer">[];
  readonly handlers: readonly Rated<"Handler">[];
  readonly callers: readonly Rated<"Caller">[];
  readonly groups: readonly Rated<"Group">[];
  readonly collections: readonly Rated<"Collection">[];
}

/** @param before how it was `elapsedMs` ago; `undefined` where it is new. A count that went back has begun anew: its rate is 0 */
export function rated<K extends Kind>(
  kind: K,
  value: ValueOf<K>,
  before: ValueOf<K> | undefined,
  elapsedMs: number,
): Rated<K> {
  if (before === undefined || elapsedMs <= 0) return { ...value, perSecond: undefined } as Rated<K>;
  const now = value as unknown as Record<string, number>;
  const then = before as unknown as Record<string, number>;
  const perSecond: Record<string, number> = {};
  for (const name of COUNTED[kind]) perSecond[name] = Math.max(0, (1000 * (now[name]! - then[name]!)) / elapsedMs);
  return { ...value, perSecond } as Rated<K>;
}
