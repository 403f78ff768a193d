import type { Codec } from "@mosaik/postcard";
import type { Discovery } from "../../discovery/index.js";
import type { Link, LocalNode, PeerEntry, SignedPeerEntry } from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";
import type { TicketValidator } from "../../tickets/index.js";
import type { ConsensusConfig } from "../config.js";
import type { GroupId } from "../group-id.js";
import type { GroupKey } from "../key.js";
import type { CommandCheck, GroupMessage, HandshakeEnd } from "../protocol.js";
import type { Candidates } from "./candidates.js";
import type { DialPlaces } from "./dial-places.js";
import type { MemberEntries } from "./member-entries.js";
import type { Side } from "./tie-break.js";

/** Which group, at which node. */
export interface Membership {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  readonly groupId: GroupId;
  readonly key: GroupKey;
  /** Members need a ticket that each of these accepts. */
  readonly tickets: readonly TicketValidator[];
  /** How long a peer may take for its part of a handshake, in ms. */
  readonly handshakeTimeoutMs: number;
}

/** What the bonds of a group need, and whom they tell. None of the calls comes from within `send` or `broadcast`. */
export interface BondsContext<M> extends Membership {
  /** Those of all groups of the node. */
  readonly dialPlaces: DialPlaces;
  readonly consensus: ConsensusConfig;
  readonly syncMessage: Codec<M>;
  /** The largest message that is sent. */
  readonly frameLimitBytes: number;
  onBonded(peer: PeerId): void;
  /** Also told, with `onBonded` right behind it, where a bond goes on by another link and what was sent last may be lost. */
  onUnbonded(peer: PeerId, reason: string): void;
  /** Throws for a forwarded command that does not decode: the bond over which it comes is closed with 400, as Rust does. */
  readonly checkCommand: CommandCheck;
  /** In the order of arrival. */
  onMessage(from: PeerId, message: GroupMessage<M>): void;
  onRefused(peer: PeerId, code: number, by: "us" | "peer"): void;
  /** Whether there are members in the catalog and a bond with each of them; told when it changes, and false to begin with. */
  onMesh(isComplete: boolean): void;
}

/** What both sides of a handshake need of the bonds that there are, and whom they tell. */
export interface HandshakeContext {
  readonly membership: Membership;
  readonly entries: MemberEntries;
  readonly candidates: Candidates;
  /** The newest entries of all members that we are bonded with. */
  listed(): HandshakeEnd["bonds"];
  isBondedWith(peer: PeerId): boolean;
  /** Whether there is a bond with the peer, which a new one does not replace. */
  keepsBond(peer: PeerId, entry: SignedPeerEntry): boolean;
  /** A peer has shown that it has the key. */
  onProven(link: Link, side: Side, entry: SignedPeerEntry, listed: HandshakeEnd["bonds"]): void;
  onRefused(peer: PeerId, code: number, by: "us" | "peer"): void;
}

/** A bond as it stands. */
export interface BondInfo {
  /** The other member. */
  readonly peer: PeerId;
  /** The peer's newest entry. */
  readonly entry: PeerEntry;
  /** Smoothed; `undefined` while unknown. */
  readonly rttMs: number | undefined;
  /** For how long there has been this bond. */
  readonly connectedMs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
}
