import { equalBytes, type PeerId } from "../primitives/index.js";
import type { PeerData, PeerInfo } from "./protocol.js";

/** Peers whose data is kept: both views and as many again that were heard of lately. */
const PEER_DATA_MAX = 128;
/** Data of one peer beyond this is not kept, in bytes. */
const PEER_DATA_MAX_BYTES = 1024;
/** What the nodes of a `Shuffle` or `ShuffleReply` may take together: the frame with all else stays below 4096. */
const NODES_MAX_BYTES = 4000;
/** What a node takes without its data. */
const NODE_BYTES = 35;

export interface PeerDataOptions {
  /** Larger data is not kept. Default: `PEER_DATA_MAX_BYTES`. */
  readonly bytesMax?: number;
  /** Whose data is kept though it was not heard of for long. */
  readonly isInUse: (peer: PeerId) => boolean;
}

/** What peers tell of themselves: where they can be reached (spec 03 A.5). */
export class PeerDataStore {
  /** The longest unheard of first. */
  readonly #data = new Map<PeerId, PeerData>();
  readonly #bytesMax: number;
  readonly #isInUse: (peer: PeerId) => boolean;

  constructor({ bytesMax = PEER_DATA_MAX_BYTES, isInUse }: PeerDataOptions) {
    this.#bytesMax = bytesMax;
    this.#isInUse = isInUse;
  }

  /** @returns the data, if it is there and says something that was not known */
  learn({ id, data }: PeerInfo): PeerData | undefined {
    if (data === undefined || data.length > this.#bytesMax) return undefined;
    const known = this.#data.get(id);
    const isNews = data.length > 0 && (known === undefined || !equalBytes(known, data));
    this.#data.delete(id);
    this.#data.set(id, data);
    if (this.#data.size > PEER_DATA_MAX) this.#makeRoom();
    return isNews ? data : undefined;
  }

  forget(peer: PeerId): void {
    this.#data.delete(peer);
  }

  infoOf(id: PeerId): PeerInfo {
    return { id, data: this.#data.get(id) };
  }

  #makeRoom(): void {
    for (const peer of this.#data.keys()) {
      if (this.#isInUse(peer)) continue;
      this.#data.delete(peer);
      return;
    }
  }
}

/** The nodes, without the data of those for which there is no room in a frame: Rust breaks the connection over such a message. */
export function fitting(nodes: readonly PeerInfo[]): PeerInfo[] {
  let room = NODES_MAX_BYTES - nodes.length * NODE_BYTES;
  return nodes.map((node) => {
    const bytes = node.data?.length ?? 0;
    if (bytes > room) return { id: node.id, data: undefined };
    room -= bytes;
    return node;
  });
}
