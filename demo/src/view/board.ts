import type { Reading } from "../readings.js";
import { alignColumns } from "./columns.js";

/** Rates and latencies are of this much past, in ms. */
const WINDOW_MS = 1000;
/** A sensor that sent nothing for this long is shown as silent, in ms. */
const SILENT_MS = 1000;

/** How a sensor's peer stands with us: its short id, and its channel's state, if it is known. */
export interface PeerState {
  readonly peer: string;
  readonly state: string;
}

/** What a viewer has seen of one sensor. */
class Row {
  readonly latest = new Map<string, Reading>();
  readonly recent: { readonly atMs: number; readonly latencyMs: number }[] = [];
  items = 0;
  lastMs = 0;
}

/** The viewer's live table. */
export class Board {
  readonly #rows = new Map<string, Row>();

  /**
   * @param nowMs a monotonic clock
   * @param wallMs milliseconds since the Unix epoch
   */
  add(reading: Reading, nowMs: number, wallMs: number): void {
    let row = this.#rows.get(reading.sensor);
    if (row === undefined) this.#rows.set(reading.sensor, (row = new Row()));
    row.latest.set(reading.metric, reading);
    row.items++;
    row.lastMs = nowMs;
    row.recent.push({ atMs: nowMs, latencyMs: Math.max(0, wallMs - reading.at_ms) });
  }

  /** The table as lines of text. */
  lines(nowMs: number, stateOf: (sensor: string) => PeerState | undefined): string[] {
    // What a narrow terminal cuts off comes last.
    const heading = ["sensor", "peer", "state", "items", "items/s", "latency ms", "reading"];
    const rows = [...this.#rows].map(([sensor, row]) => cellsOf(sensor, row, nowMs, stateOf(sensor)));
    return alignColumns([heading, ...rows], new Set([3, 4, 5]));
  }
}

function cellsOf(sensor: string, row: Row, nowMs: number, peer: PeerState | undefined): string[] {
  const { recent } = row;
  const cut = recent.findIndex(({ atMs }) => nowMs - atMs <= WINDOW_MS);
  recent.splice(0, cut === -1 ? recent.length : cut);
  const latencyMs = recent.reduce((sum, item) => sum + item.latencyMs, 0) / recent.length;
  const silentMs = nowMs - row.lastMs;
  const silence = silentMs > SILENT_MS ? `, silent ${Math.floor(silentMs / 1000)} s` : "";
  return [
    sensor,
    peer?.peer ?? "?",
    `${peer?.state ?? "gone"}${silence}`,
    String(row.items),
    String(recent.length),
    recent.length === 0 ? "-" : latencyMs.toFixed(1),
    [...row.latest.values()].map(({ metric, value, unit }) => `${metric} ${value.toFixed(1)} ${unit}`).join(", "),
  ];
}
