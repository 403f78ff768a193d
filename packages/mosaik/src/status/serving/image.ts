import { equalBytes } from "../../primitives/index.js";
import type { NodeStatus } from "../node-status.js";
import { statusRowCodec, type StatusHead, type StatusRow } from "../protocol.js";

/** Rows of one image: more would hold the node up for more than some ms. */
const ROWS_MAX = 2048;
/** Bytes of all rows of one image. */
const BYTES_MAX = 512 * 1024;

/** A row as it is sent. One that has not changed since the image before is the same object. */
export interface ImageRow {
  readonly place: number;
  readonly row: Uint8Array;
}

/** A node's status as it is sent: shared by all who look at it. */
export interface Image {
  /** By what the rows are about. */
  readonly rows: ReadonlyMap<string, ImageRow>;
  readonly head: Omit<StatusHead, "intervalMs">;
}

/** What changed from one image to another. */
export interface Difference {
  readonly rows: readonly ImageRow[];
  readonly removed: readonly number[];
}

/** Makes images of one node, one after the other, in which what is about the same thing keeps its place. */
export class Imager {
  #rows: ReadonlyMap<string, ImageRow> = new Map();
  #places = 0;

  image(status: NodeStatus): Image {
    const { version, uptimeMs, loopDelayMs, peersCount } = status;
    const rows = new Map<string, ImageRow>();
    const seen = new Map<string, number>();
    let bytes = 0;
    let omitted = 0;
    for (const row of rowsOf(status)) {
      if (rows.size === ROWS_MAX || bytes >= BYTES_MAX) {
        omitted++;
        continue;
      }
      const subject = subjectOf(row);
      const before = seen.get(subject) ?? 0;
      seen.set(subject, before + 1);
      const encoded = statusRowCodec.encode(row);
      bytes += encoded.length;
      const key = `${subject} ${before}`;
      rows.set(key, this.#placed(key, encoded));
    }
    this.#rows = rows;
    return { rows, head: { version, uptimeMs, loopDelayMs, peersCount, omitted } };
  }

  #placed(key: string, row: Uint8Array): ImageRow {
    const known = this.#rows.get(key);
    if (known === undefined) return { place: this.#places++, row };
    return equalBytes(known.row, row) ? known : { place: known.place, row };
  }
}

/** @param from what the observer has; `undefined` for nothing */
export function differenceOf(from: Image | undefined, to: Image): Difference {
  if (from === undefined) return { rows: [...to.rows.values()], removed: [] };
  const rows: ImageRow[] = [];
  const removed: number[] = [];
  for (const [key, row] of to.rows) if (from.rows.get(key) !== row) rows.push(row);
  for (const [key, { place }] of from.rows) if (to.rows.get(key)?.place !== place) removed.push(place);
  return { rows, removed };
}

/** What there are few of comes first, so that it is not left out. */
function* rowsOf(status: NodeStatus): Iterable<StatusRow> {
  for (const value of status.neighbors) yield { kind: "Neighbor", value };
  for (const value of status.groups) yield { kind: "Group", value };
  for (const value of status.collections) yield { kind: "Collection", value };
  for (const value of status.producers) yield { kind: "Producer", value };
  for (const value of status.consumers) yield { kind: "Consumer", value };
  for (const value of status.handlers) yield { kind: "Handler", value };
  for (const value of status.callers) yield { kind: "Caller", value };
}

function subjectOf({ kind, value }: StatusRow): string {
  switch (kind) {
    case "Neighbor":
      return `${kind} ${value.peer.hex}`;
    case "Producer":
    case "Consumer":
      return `${kind} ${value.streamId.hex}`;
    case "Handler":
    case "Caller":
      return `${kind} ${value.functionId.hex}`;
    case "Group":
    case "Collection":
      return `${kind} ${value.groupId.hex}`;
  }
}
