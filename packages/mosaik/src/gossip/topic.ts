import type { PeerId } from "../primitives/index.js";
import type { GossipOutput, GossipTimer, Pick } from "./core-io.js";
import { HyParView } from "./hyparview.js";
import { defaultMembershipRules, type MembershipRules } from "./membership-rules.js";
import { defaultBroadcastRules, PlumTree, type BroadcastRules, type Scope } from "./plumtree.js";
import type { MessageId, PeerData, TopicMessage } from "./protocol.js";
import { forgetOldest } from "../primitives/index.js";

export type TopicInput =
  | { readonly kind: "join"; readonly peers: readonly PeerId[] }
  | { readonly kind: "broadcast"; readonly content: Uint8Array; readonly scope: Scope }
  | { readonly kind: "message"; readonly from: PeerId; readonly message: TopicMessage }
  | { readonly kind: "timer"; readonly timer: GossipTimer }
  /** The connection to the peer was lost, or it could not be reached. */
  | { readonly kind: "peerDisconnected"; readonly peer: PeerId }
  /** The last connection to a peer ended to which nothing was to be sent. */
  | { readonly kind: "strangerGone"; readonly peer: PeerId }
  | { readonly kind: "updatePeerData"; readonly data: PeerData }
  | { readonly kind: "quit" };

export interface TopicOptions {
  readonly me: PeerId;
  readonly myData: PeerData;
  readonly pick: Pick;
  /** BLAKE3 of a content. */
  readonly idOf: (content: Uint8Array) => MessageId;
  readonly membership?: Partial<MembershipRules>;
  readonly broadcast?: Partial<BroadcastRules>;
}

/** Peers that may be disconnected because they have sent us something. */
const HEARD_MAX = 1024;

/** One topic of one node (spec 03 A.7.1, A.7.2): membership and broadcast, coupled. Pure: what to do is in the outputs, in order. */
export class TopicCore {
  readonly membership: HyParView;
  readonly broadcast: PlumTree;
  /** Peers that sent us a message since they were last disconnected. */
  readonly #heard = new Set<PeerId>();
  readonly #isExact: boolean;
  #hasQuit = false;

  constructor(options: TopicOptions) {
    const { me, myData, pick, idOf } = options;
    this.#isExact = options.broadcast?.isExact ?? defaultBroadcastRules.isExact;
    this.membership = new HyParView(me, myData, { ...defaultMembershipRules, ...options.membership }, pick);
    this.broadcast = new PlumTree(me, { ...defaultBroadcastRules, ...options.broadcast }, idOf);
  }

  step(input: TopicInput, nowMs: number): GossipOutput[] {
    if (this.#hasQuit) return [];
    const outputs = this.#handle(input, nowMs);
    for (let i = 0, end = outputs.length; i < end; i++) {
      const output = outputs[i]!;
      if (output.kind !== "neighborUp" && output.kind !== "neighborDown") continue;
      outputs.push(...this.broadcast.step({ kind: output.kind, peer: output.peer }, nowMs));
    }
    return outputs.filter((output) => output.kind !== "disconnectPeer" || this.#heard.delete(output.peer));
  }

  #handle(input: TopicInput, nowMs: number): GossipOutput[] {
    switch (input.kind) {
      case "join":
        return input.peers.flatMap((peer) => this.membership.step({ kind: "join", peer }, nowMs));
      case "broadcast":
        return this.broadcast.step(input, nowMs);
      case "message": {
        const { from, message } = input;
        this.#hear(from);
        if (message.kind === "swarm") {
          return this.membership.step({ kind: "message", from, message: message.value }, nowMs);
        }
        const outputs = this.broadcast.step({ kind: "message", from, message: message.value }, nowMs);
        if (this.#isExact || (message.value.kind !== "gossip" && message.value.kind !== "iHave")) return outputs;
        return [...outputs, ...this.membership.step({ kind: "fed", by: from }, nowMs)];
      }
      case "timer":
        return this.#onTimer(input.timer, nowMs);
      case "peerDisconnected": {
        const { peer } = input;
        const outputs = this.membership.step(input, nowMs);
        return [...outputs, ...this.broadcast.step({ kind: "neighborDown", peer }, nowMs)];
      }
      case "updatePeerData":
        return this.membership.step(input, nowMs);
      case "strangerGone":
        if (this.membership.active.has(input.peer)) return [];
        return this.broadcast.step({ kind: "neighborDown", peer: input.peer }, nowMs);
      case "quit":
        this.#hasQuit = true;
        return [
          ...(this.#isExact ? [] : this.broadcast.step({ kind: "farewell" }, nowMs)),
          ...this.membership.step(input, nowMs),
        ];
    }
  }

  #onTimer(timer: GossipTimer, nowMs: number): GossipOutput[] {
    if (timer.kind === "shuffle" || timer.kind === "neighborTimeout") {
      return this.membership.step({ kind: "timer", timer }, nowMs);
    }
    return this.broadcast.step({ kind: "timer", timer }, nowMs);
  }

  #hear(from: PeerId): void {
    this.#heard.add(from);
    forgetOldest(this.#heard, HEARD_MAX);
  }
}
