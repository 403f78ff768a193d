import type { PeerId } from "../primitives/index.js";
import type { BroadcastMessage, MessageId, PeerData, SwarmMessage, TopicMessage } from "./protocol.js";

/** Timers are never cancelled: whoever is told that one expired checks whether it still matters (spec 03 A.6). */
export type MembershipTimer =
  { readonly kind: "shuffle" } | { readonly kind: "neighborTimeout"; readonly peer: PeerId };

export type BroadcastTimer =
  | { readonly kind: "sendGraft"; readonly id: MessageId }
  | { readonly kind: "dispatchLazy" }
  | { readonly kind: "evictCache" };

export type GossipTimer = MembershipTimer | BroadcastTimer;

/** What the worker has to do, in order: addresses come before the message that may need them for a dial. */
export type GossipOutput =
  | { readonly kind: "send"; readonly to: PeerId; readonly message: TopicMessage }
  | { readonly kind: "neighborUp"; readonly peer: PeerId }
  | { readonly kind: "neighborDown"; readonly peer: PeerId }
  | {
      readonly kind: "received";
      readonly content: Uint8Array;
      /** The previous hop, not the author. */
      readonly from: PeerId;
      /** Hops before ours, or a message for neighbours only. */
      readonly scope: Extract<BroadcastMessage, { kind: "gossip" }>["value"]["scope"];
    }
  | { readonly kind: "schedule"; readonly delayMs: number; readonly timer: GossipTimer }
  /** Nothing more is to be sent to the peer: its stream ends once what was sent is through. */
  | { readonly kind: "disconnectPeer"; readonly peer: PeerId }
  /** The id that came with a content is not its hash: nobody passes that on, so the peer made it up. */
  | { readonly kind: "spoofed"; readonly from: PeerId }
  /** The peer's addresses as it tells them. */
  | { readonly kind: "peerData"; readonly peer: PeerId; readonly data: PeerData };

/** Why a peer is drawn. */
export type Purpose =
  | "evictActive"
  | "evictPassive"
  | "refill"
  | "forwardJoin"
  | "forwardShuffle"
  | "shuffleTarget"
  | "shuffleNodes"
  | "replyNodes";

/** Draws one of at least one candidates, uniformly. The only randomness of the cores. */
export type Pick = (candidates: readonly PeerId[], purpose: Purpose) => PeerId;

export function swarm(to: PeerId, value: SwarmMessage): GossipOutput {
  return { kind: "send", to, message: { kind: "swarm", value } };
}

export function gossip(to: PeerId, value: BroadcastMessage): GossipOutput {
  return { kind: "send", to, message: { kind: "gossip", value } };
}
