import { age } from "../actions/age.js";
import type { Names } from "../actions/names.js";
import { bytes, figure, milliseconds } from "./figures.js";
import type { SeenPeer } from "./state.js";
import { totalsOf, type Totals } from "./totals.js";

/** A column of the list of peers. */
interface Column {
  readonly width: number;
  readonly isNumber: boolean;
  readonly text: (peer: SeenPeer, nowMs: number, names: Names) => string;
  /** What peers are sorted by: what there is most of comes first. `undefined` where nothing is known. */
  readonly order: (peer: SeenPeer) => number | string | undefined;
}

/** Nothing is known of it. */
const UNKNOWN = "-";

/** A column of what a peer tells of itself. */
function told(width: number, value: (totals: Totals) => number, show: (value: number) => string): Column {
  return {
    width,
    isNumber: true,
    text: ({ sight }) => (sight.kind === "told" ? show(value(totalsOf(sight.status))) : UNKNOWN),
    order: ({ sight }) => (sight.kind === "told" ? -value(totalsOf(sight.status)) : undefined),
  };
}

/** A column of how much a peer advertises. */
function advertised(width: number, set: "streams" | "functions" | "groups"): Column {
  return {
    width,
    isNumber: true,
    text: ({ info }) => String(info.entry[set].size),
    order: ({ info }) => -info.entry[set].size,
  };
}

const COLUMNS = {
  PEER: { width: 10, isNumber: false, text: ({ info }) => info.id.short(), order: ({ info }) => info.id.hex },
  RTT: {
    width: 8,
    isNumber: true,
    text: ({ info }) => (info.rttMs === undefined ? UNKNOWN : milliseconds(info.rttMs)),
    order: ({ info }) => info.rttMs,
  },
  UP: {
    width: 7,
    isNumber: true,
    text: ({ info }, nowMs) => age(nowMs - info.entry.startedAtMs),
    order: ({ info }) => info.entry.startedAtMs,
  },
  STREAMS: advertised(7, "streams"),
  FUNCS: advertised(5, "functions"),
  GROUPS: advertised(6, "groups"),
  "OUT/s": told(7, ({ outPerSecond }) => outPerSecond, figure),
  "IN/s": told(7, ({ inPerSecond }) => inPerSecond, figure),
  "BYTES/s": told(8, ({ bytesPerSecond }) => bytesPerSecond, bytes),
  "CALLS/s": told(7, ({ callsPerSecond }) => callsPerSecond, figure),
  QUEUED: told(7, ({ queued }) => queued, figure),
  TELLS: {
    width: 11,
    isNumber: false,
    text: ({ sight }) => sightText(sight),
    order: ({ sight }) => sightText(sight),
  },
  PROTOCOL: {
    width: 15,
    isNumber: false,
    text: ({ info }) => info.entry.protocol,
    order: ({ info }) => info.entry.protocol,
  },
  TAGS: {
    width: 24,
    isNumber: false,
    text: ({ info }, _, names) => [...info.entry.tags].map((tag) => names.of(tag)).join(" "),
    order: ({ info }) => -info.entry.tags.size,
  },
} as const satisfies Record<string, Column>;

export type ColumnName = keyof typeof COLUMNS;

/** The columns from left to right. */
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

export function columnOf(name: ColumnName): Column {
  return COLUMNS[name];
}

/** Whether a text names a column, in letters of either case. */
export function columnNamed(text: string): ColumnName | undefined {
  return COLUMN_NAMES.find((name) => name.toLowerCase() === text.toLowerCase());
}

function sightText(sight: SeenPeer["sight"]): string {
  switch (sight.kind) {
    case "told":
      return "live";
    case "asking":
      return "asking";
    case "silent":
      return sight.why;
    case "unasked":
      return "not asked";
  }
}
