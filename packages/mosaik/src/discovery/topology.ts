import type { PeerInfo } from "../network/index.js";
import { sortedMap } from "../network/index.js";
import type { Digest, PeerId } from "../primitives/index.js";

/** Who does what in the network, as far as this node knows. */
export interface Topology {
  /** This node and every peer that it knows, in ascending order of their ids. */
  readonly peers: readonly TopologyPeer[];
  /** Who produces each stream. */
  readonly streams: ReadonlyMap<Digest, readonly PeerId[]>;
  /** Who serves each function. */
  readonly functions: ReadonlyMap<Digest, readonly PeerId[]>;
  /** Who is a member of each group. */
  readonly groups: ReadonlyMap<Digest, readonly PeerId[]>;
}

export interface TopologyPeer {
  readonly id: PeerId;
  readonly isLocal: boolean;
  /** Whether gossip goes directly between it and this node. */
  readonly isNeighbor: boolean;
  readonly rttMs: number | undefined;
  readonly tags: readonly Digest[];
  readonly protocol: string;
}

/** Draws the network from the entries of its peers. @param local this node */
export function topologyOf(local: PeerInfo, others: readonly PeerInfo[], neighbors: ReadonlySet<PeerId>): Topology {
  const all = [local, ...others];
  const by = (set: "streams" | "functions" | "groups"): Map<Digest, PeerId[]> => {
    const holders = new Map<Digest, PeerId[]>();
    for (const { entry, id } of all) {
      for (const item of entry[set]) holders.set(item, [...(holders.get(item) ?? []), id]);
    }
    return new Map(sortedMap(holders));
  };
  return {
    peers: all.map(({ id, entry, rttMs }) => ({
      id,
      isLocal: id === local.id,
      isNeighbor: neighbors.has(id),
      rttMs,
      tags: [...entry.tags],
      protocol: entry.protocol,
    })),
    streams: by("streams"),
    functions: by("functions"),
    groups: by("groups"),
  };
}
