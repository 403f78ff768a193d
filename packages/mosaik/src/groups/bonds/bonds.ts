import {
  CLOSE,
  describeClose,
  peerCloseCode,
  type CloseCode,
  type Link,
  type SignedPeerEntry,
} from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";
import type { CloseInfo } from "../../runtime/index.js";
import { TicketGate } from "../../tickets/index.js";
import {
  bondMessageCodec,
  type BondMessage,
  type GroupMessage,
  type HandshakeEnd,
  type HandshakeStart,
} from "../protocol.js";
import { acceptMember } from "./acceptor.js";
import { Bond, type BondContext } from "./bond.js";
import { BondMetrics } from "./bond-metrics.js";
import { Candidates } from "./candidates.js";
import type { BondInfo, BondsContext, HandshakeContext } from "./context.js";
import { Dialer } from "./dialer.js";
import { FrameEncoder, type Frame } from "./frames.js";
import { silenceMs } from "./heartbeat.js";
import { dialMember, isLastingRefusal } from "./initiator.js";
import { Member } from "./member.js";
import { MemberEntries } from "./member-entries.js";
import { Members } from "./members.js";
import { mayReplace, type Side } from "./tie-break.js";

/** How long a farewell may take to get across, in ms. */
const FAREWELL_MS = 500;
/**
 * The bonds of one group: one with each of its other members (spec 05 §4). Dials the members that the catalog has and those that other
 * members tell of, takes those that dial us, and keeps every bond as long as both live.
 */
export class Bonds<M> {
  readonly #context: BondsContext<M>;
  readonly #bondContext: BondContext<M>;
  readonly #frames: FrameEncoder<M>;
  readonly #metrics: BondMetrics;
  readonly #entries: MemberEntries;
  readonly #candidates: Candidates;
  readonly #handshakes: HandshakeContext;
  readonly #dialer: Dialer;
  readonly #members: Members<M>;
  readonly #unsubscribe: () => void;
  /** The entry of ours that members were told of last. */
  #told: SignedPeerEntry;
  #isMeshComplete = false;
  #isClosed = false;

  /** Begins to dial at once. */
  constructor(context: BondsContext<M>) {
    const { node, discovery, groupId, consensus, checkCommand } = context;
    const { runtime } = node;
    const codec = bondMessageCodec(context.syncMessage, checkCommand);
    this.#context = context;
    this.#frames = new FrameEncoder(codec, context.frameLimitBytes);
    this.#metrics = new BondMetrics(node.metrics, groupId);
    this.#members = new Members(this.#metrics.active);
    this.#entries = new MemberEntries(node, discovery, groupId);
    this.#candidates = new Candidates(context);
    this.#told = discovery.me();
    const holder: BondContext<M>["holder"] = {
      onMessage: (bond, message) => this.#onMessage(bond, message),
      onEntry: (bond, signed) => this.#onEntry(bond, signed),
      onEnded: (bond, info) => this.#onEnded(bond, info),
      onAlive: (peer, rttMicros) => {
        discovery.heard(peer);
        // Times are kept as long as entries.
        if (discovery.catalog.getSigned(peer) !== undefined) discovery.rtt.record(peer, rttMicros);
      },
    };
    this.#bondContext = {
      runtime,
      consensus,
      codec,
      checkCommand,
      frames: this.#frames,
      metrics: this.#metrics,
      holder,
    };
    this.#handshakes = {
      membership: context,
      entries: this.#entries,
      candidates: this.#candidates,
      listed: () => this.#members.entries(),
      isBondedWith: (peer) => this.#members.has(peer),
      keepsBond: (peer, entry) => {
        const member = this.#members.get(peer);
        return member !== undefined && !this.#mayReplace(member.active, entry);
      },
      onProven: (link, side, entry, listed) => this.#add(link, side, entry, listed),
      onRefused: (peer, code, by) => this.#onRefused(peer, code, by),
    };
    this.#dialer = new Dialer({
      runtime,
      localId: node.id,
      places: context.dialPlaces,
      dial: (peer, signal) => dialMember(this.#handshakes, peer, signal),
    });
    this.#unsubscribe = discovery.catalog.subscribe(() => this.#onCatalog());
    this.#candidates.refresh();
    this.#dialer.plan.catalog(this.#candidates.peers, runtime.monoMs());
    this.#dialer.run();
  }

  /** The members that there is a bond with, in ascending order. */
  peers(): readonly PeerId[] {
    return this.#members.peers();
  }

  /** Every bond as it stands, in the order of `peers`. */
  infos(): readonly BondInfo[] {
    const { node, discovery } = this.#context;
    return this.#members.infos(node.runtime.monoMs(), (peer) => discovery.rtt.rttMs(peer));
  }

  /** Takes or refuses a peer that knocked. @returns when the link has ended */
  async accept(link: Link, start: HandshakeStart): Promise<void> {
    if (this.#isClosed) link.close(CLOSE.cancelled);
    else await acceptMember(this.#handshakes, link, start);
  }

  /** @returns whether there is a bond with the peer, and the message is on its way */
  send(to: PeerId, message: GroupMessage<M>): boolean {
    const member = this.#members.get(to);
    const frame = member === undefined ? undefined : this.#encode({ kind: "group", message });
    return frame !== undefined && member!.active.send(frame);
  }

  /** Sends to every member, encoded once. */
  broadcast(message: GroupMessage<M>): void {
    this.#members.broadcast(() => this.#encode({ kind: "group", message }));
  }

  /** Says farewell to every member, for at most 500 ms, and ends all bonds. Nobody is told anything more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#dialer.close();
    const bonds = this.#members.clear().flatMap((member) => member.release());
    await Promise.all(bonds.map((bond) => bond.depart(FAREWELL_MS)));
  }

  #add(link: Link, side: Side, entry: SignedPeerEntry, listed: HandshakeEnd["bonds"]): void {
    const { peer } = link;
    if (this.#isClosed) return link.close(CLOSE.cancelled);
    const bond = new Bond(this.#bondContext, link, side, entry);
    const member = this.#members.get(peer);
    if (member !== undefined && !this.#mayReplace(member.active, entry)) {
      if (side !== "dialled" || member.active.side !== "accepted" || member.isTied) {
        return link.close(CLOSE.groupAlreadyBonded);
      }
      member.tie(bond);
    } else if (!this.#found(bond, member)) {
      return this.#refuse(link, CLOSE.groupNotAllowed);
    }
    bond.start();
    bond.hearsay.add(listed);
  }

  /** A peer becomes a member, or comes again by a new link. @returns whether it may, by its tickets */
  #found(bond: Bond<M>, former: Member<M> | undefined): boolean {
    const { node, tickets } = this.#context;
    const { runtime } = node;
    const { peer } = bond;
    const gate = new TicketGate(runtime, tickets, bond.entry.entry, () => this.#revoke(peer));
    if (!gate.isAdmitted) return false;
    for (const old of former?.release() ?? []) old.close(CLOSE.cancelled);
    this.#members.set(peer, new Member(runtime, node.id, bond, gate));
    this.#dialer.plan.bonded(peer, runtime.monoMs());
    if (former !== undefined) this.#tell(() => this.#context.onUnbonded(peer, "the peer came again by a new link"));
    this.#tell(() => this.#context.onBonded(peer));
    this.#members.broadcast(() => this.#encode({ kind: "bondFormed", entry: bond.entry }), peer);
    this.#updateMesh();
    return true;
  }

  #revoke(peer: PeerId): void {
    this.#onRefused(peer, CLOSE.groupNotAllowed.code, "us");
    for (const bond of this.#members.get(peer)?.bonds ?? []) bond.close(CLOSE.groupNotAllowed);
  }

  #onEnded(bond: Bond<M>, info: CloseInfo): void {
    const { peer } = bond;
    const member = this.#members.get(peer);
    const change = member?.ended(bond) ?? "none";
    if (change === "none") return;
    const reason = describeClose(info);
    if (change === "switched") {
      this.#tell(() => this.#context.onUnbonded(peer, reason));
      return this.#tell(() => this.#context.onBonded(peer));
    }
    member!.release();
    this.#members.delete(peer);
    const code = peerCloseCode(info);
    const isRefused = isLastingRefusal(code);
    const isUnwanted = isRefused || bond.hasDeparted || (info.by === "local" && isLastingRefusal(info.code));
    this.#dialer.plan.lost(peer, isUnwanted ? "refused" : "failed", this.#context.node.runtime.monoMs());
    this.#tell(() => this.#context.onUnbonded(peer, bond.hasDeparted ? "the peer left" : reason));
    if (isRefused) this.#onRefused(peer, code!, "peer");
    this.#updateMesh();
    this.#dialer.run();
  }

  #onMessage(bond: Bond<M>, message: GroupMessage<M>): void {
    if (this.#members.get(bond.peer)?.has(bond) === true) this.#context.onMessage(bond.peer, message);
  }

  /** Takes what a member says of itself or of others, whom it dials. */
  #onEntry(bond: Bond<M>, signed: SignedPeerEntry): void {
    if (this.#isClosed) return;
    const { peer } = bond;
    const { id } = signed.entry;
    const verdict = this.#entries.take(signed, peer);
    if (verdict === "forged") return bond.close(CLOSE.protocolViolation);
    if (verdict === "ignored") return;
    if (id === peer) {
      bond.cameFrom(signed);
      this.#members.get(peer)?.learn(signed);
      return;
    }
    this.#dialer.plan.hint(id, this.#context.node.runtime.monoMs());
    this.#dialer.run();
  }

  #onCatalog(): void {
    const { discovery, node } = this.#context;
    this.#candidates.refresh();
    this.#dialer.plan.catalog(this.#candidates.peers, node.runtime.monoMs());
    for (const member of this.#members) {
      const entry = discovery.catalog.getSigned(member.active.peer);
      if (entry !== undefined) member.learn(entry);
    }
    const me = discovery.me();
    // A renewal that says nothing new comes by gossip.
    if (me !== this.#told && !me.hasSameContent(this.#told)) {
      this.#members.broadcast(() => this.#encode({ kind: "peerEntryUpdate", entry: me }));
      this.#dialer.plan.askAll(node.runtime.monoMs());
    }
    this.#told = me;
    this.#updateMesh();
    this.#dialer.run();
  }

  #mayReplace(bond: Bond<M>, { entry }: SignedPeerEntry): boolean {
    return bond.isOver || mayReplace(bond, entry.version.started, silenceMs(this.#context.consensus));
  }

  /** @returns nothing where the message cannot be encoded, as by a codec of the program's own: that is reported */
  #encode(message: BondMessage<M>): Frame | undefined {
    try {
      return this.#frames.encode(message);
    } catch (error) {
      this.#context.node.runtime.report(error, "encoding a message of a group");
      return undefined;
    }
  }

  #refuse(link: Link, reason: CloseCode): void {
    link.close(reason);
    this.#onRefused(link.peer, reason.code, "us");
  }

  #onRefused(peer: PeerId, code: number, by: "us" | "peer"): void {
    this.#metrics.refused.add();
    this.#tell(() => this.#context.onRefused(peer, code, by));
  }

  #updateMesh(): void {
    const { peers } = this.#candidates;
    let isComplete = peers.size > 0;
    for (const peer of peers.keys()) isComplete &&= this.#members.has(peer);
    if (isComplete === this.#isMeshComplete) return;
    this.#isMeshComplete = isComplete;
    this.#tell(() => this.#context.onMesh(isComplete));
  }

  #tell(call: () => void): void {
    if (this.#isClosed) return;
    try {
      call();
    } catch (error) {
      this.#context.node.runtime.report(error, `group ${this.#context.groupId.short()}`);
    }
  }
}
