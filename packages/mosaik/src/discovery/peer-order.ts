import { PeerId } from "../primitives/index.js";

/** A full chunk is halved. */
const CHUNK_MAX = 512;

/** A run of neighbouring ids, and what was made of them for as long as nothing about them changes. */
export interface PeerChunk<M> {
  readonly ids: readonly PeerId[];
  made: M | undefined;
}

interface MutableChunk<M> extends PeerChunk<M> {
  readonly ids: PeerId[];
}

/**
 * Peer ids in ascending order, in chunks: a change costs no more than a chunk, however many ids there are.
 *
 * @typeParam M what is made of a chunk, such as its encoding
 */
export class PeerOrder<M = never> implements Iterable<PeerId> {
  #chunks: MutableChunk<M>[] = [];

  /** All ids, in runs. */
  get chunks(): readonly PeerChunk<M>[] {
    return this.#chunks;
  }

  /** Adds an id that may be there. */
  add(id: PeerId): void {
    const at = this.#chunkOf(id);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return void this.#chunks.push({ ids: [id], made: undefined });
    const { ids } = chunk;
    const index = lowerBound(ids, id);
    chunk.made = undefined;
    if (ids[index] === id) return;
    ids.splice(index, 0, id);
    if (ids.length <= CHUNK_MAX) return;
    this.#chunks.splice(at + 1, 0, { ids: ids.splice(CHUNK_MAX >> 1), made: undefined });
  }

  delete(id: PeerId): void {
    const at = this.#chunkOf(id);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const index = lowerBound(chunk.ids, id);
    if (chunk.ids[index] !== id) return;
    chunk.ids.splice(index, 1);
    chunk.made = undefined;
    if (chunk.ids.length === 0) this.#chunks.splice(at, 1);
  }

  *[Symbol.iterator](): Iterator<PeerId> {
    for (const { ids } of this.#chunks) yield* ids;
  }

  /** The chunk where an id is or belongs: the last that does not begin behind it. */
  #chunkOf(id: PeerId): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (PeerId.compare(this.#chunks[middle]!.ids[0]!, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** The index of the first id that is not before `id`. */
function lowerBound(ids: readonly PeerId[], id: PeerId): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (PeerId.compare(ids[middle]!, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
