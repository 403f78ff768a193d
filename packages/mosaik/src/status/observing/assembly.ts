import type { PeerId } from "../../primitives/index.js";
import type { NeighborStatus } from "../node-status.js";
import { statusRowCodec, type StatusHead, type StatusRow, type UpdateFrame } from "../protocol.js";
import { rated, type ObservedStatus, type Rated } from "./rates.js";

/** Rows that are kept of one node: twice what a node of this library sends. */
const ROWS_MAX = 4096;
/** Bytes that are kept of them. */
const BYTES_MAX = 1024 * 1024;

/** What a node sent is more than it may send, or makes no sense. */
export class MalformedUpdate extends Error {
  override readonly name = "MalformedUpdate";
}

interface Held {
  readonly row: StatusRow;
  readonly bytes: number;
  /** As of the status before; `undefined` where it was not in that. */
  before: StatusRow | undefined;
}

/** Puts together what a node told of itself in parts. */
export class Assembly {
  readonly #id: PeerId;
  readonly #rows = new Map<number, Held>();
  #bytes = 0;
  #uptimeMs: number | undefined;

  constructor(id: PeerId) {
    this.#id = id;
  }

  /** @returns the status, once the frame ends an update. @throws MalformedUpdate, DecodeError */
  add({
    rows,
    removed,
    head,
  }: UpdateFrame): { readonly status: ObservedStatus; readonly head: StatusHead } | undefined {
    for (const place of removed) this.#remove(place);
    for (const { place, row } of rows) this.#put(place, row);
    return head === undefined ? undefined : { status: this.#complete(head), head };
  }

  #remove(place: number): void {
    const held = this.#rows.get(place);
    if (held === undefined) throw new MalformedUpdate(`there is nothing in place ${place}`);
    this.#bytes -= held.bytes;
    this.#rows.delete(place);
  }

  #put(place: number, encoded: Uint8Array): void {
    const row = statusRowCodec.decode(encoded);
    const before = this.#rows.get(place);
    if (before !== undefined && before.row.kind !== row.kind) {
      throw new MalformedUpdate(`a ${row.kind} in place ${place} of a ${before.row.kind}`);
    }
    this.#bytes += encoded.length - (before?.bytes ?? 0);
    this.#rows.set(place, { row, bytes: encoded.length, before: before?.before ?? before?.row });
    if (this.#rows.size > ROWS_MAX || this.#bytes > BYTES_MAX) {
      throw new MalformedUpdate(`more than ${ROWS_MAX} parts or ${BYTES_MAX} bytes`);
    }
  }

  #complete({ version, uptimeMs, loopDelayMs, peersCount, omitted }: StatusHead): ObservedStatus {
    const elapsedMs = this.#uptimeMs === undefined ? 0 : uptimeMs - this.#uptimeMs;
    this.#uptimeMs = uptimeMs;
    const neighbors: NeighborStatus[] = [];
    const producers: Rated<"Producer">[] = [];
    const consumers: Rated<"Consumer">[] = [];
    const handlers: Rated<"Handler">[] = [];
    const callers: Rated<"Caller">[] = [];
    const groups: Rated<"Group">[] = [];
    const collections: Rated<"Collection">[] = [];
    for (const held of this.#rows.values()) {
      const { row } = held;
      /** As it was, of the same kind: a place is kept by one kind of row. */
      const was = held.before?.value as never;
      held.before = row;
      if (row.kind === "Neighbor") neighbors.push(row.value);
      else if (row.kind === "Producer") producers.push(rated(row.kind, row.value, was, elapsedMs));
      else if (row.kind === "Consumer") consumers.push(rated(row.kind, row.value, was, elapsedMs));
      else if (row.kind === "Handler") handlers.push(rated(row.kind, row.value, was, elapsedMs));
      else if (row.kind === "Caller") callers.push(rated(row.kind, row.value, was, elapsedMs));
      else if (row.kind === "Group") groups.push(rated(row.kind, row.value, was, elapsedMs));
      else collections.push(rated(row.kind, row.value, was, elapsedMs));
    }
    const lists = { neighbors, producers, consumers, handlers, callers, groups, collections };
    return { id: this.#id, version, uptimeMs, loopDelayMs, peersCount, ...lists, omitted };
  }
}
