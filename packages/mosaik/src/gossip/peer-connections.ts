import type { PeerId } from "../primitives/index.js";
import type { Connection } from "../runtime/index.js";
import type { Incoming } from "./incoming.js";
import type { Outgoing } from "./outgoing.js";
import type { TopicMessage } from "./protocol.js";

/** One connection with a peer, and what became of it. */
export interface PeerConnection {
  readonly connection: Connection;
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
  lastMessageMs: number;
  /** What the peer had taken at the last look, and when it last took something. */
  takenCount: number;
  progressMs: number;
}

/** A peer that gossip has to do with. */
export interface Peer {
  readonly id: PeerId;
  /** The oldest first. All of them are read. */
  readonly connections: Set<PeerConnection>;
  /** The one that messages go to. */
  sending: PeerConnection | undefined;
  /** Messages that wait for a connection. */
  readonly waiting: TopicMessage[];
  isDialling: boolean;
  /** Nothing is to be sent but what waits. */
  isReleased: boolean;
  /** Messages that it made up. */
  spoofedCount: number;
}

export function newPeer(id: PeerId): Peer {
  return {
    id,
    connections: new Set(),
    sending: undefined,
    waiting: [],
    isDialling: false,
    isReleased: false,
    spoofedCount: 0,
  };
}

/** The connection that was made last. */
export function newest(peer: Peer): PeerConnection | undefined {
  return [...peer.connections].at(-1);
}

/** The connection that was made first. */
export function oldest(peer: Peer): PeerConnection | undefined {
  const [first] = peer.connections;
  return first;
}
