import { Writer } from "@mosaik/postcard";
import { appendFrame, CLOSE, type CloseCode, type LocalNode, type PeerEntry } from "../../network/index.js";
import { isObserver, type EventHub, type PeerId, type StreamId } from "../../primitives/index.js";
import type { CloseInfo } from "../../runtime/index.js";
import { TicketGate } from "../../tickets/index.js";
import type { Carrier } from "../carrier.js";
import { Channel } from "../channel.js";
import { channelEnd, type ProducerEvent } from "../events.js";
import { streamHandshakeCodec, type StreamPosition } from "../protocol.js";
import { Admission } from "./admission.js";
import type { Batch } from "./batch.js";
import type { ProducerConfig } from "./config.js";
import type { Beginning } from "./history.js";
import type { ProducerMetrics } from "./metrics.js";
import { Subscription } from "./subscription.js";

const RTT_SAMPLE_INTERVAL_MS = 1000;

/** A consumer that wants to subscribe, its handshake checked. */
export interface Applicant {
  readonly carrier: Carrier;
  readonly entry: PeerEntry;
  /** A sample of the connection's round-trip time, in microseconds. */
  readonly rttMicros: () => number | undefined;
  /** Whether it is told where the stream begins for it: a consumer of this node is not. */
  readonly isTold: boolean;
}

/** Of the consumers of a producer that closed: who has confirmed that it has everything, and who has not. */
export interface DrainReport {
  /** Consumers that have everything, and said so. */
  readonly confirmed: readonly PeerId[];
  /** Consumers that took too long, or went away before they had read to the end. */
  readonly unconfirmed: readonly PeerId[];
}

/** What the subscribers of a producer need of it. */
export interface SubscribersContext {
  readonly node: LocalNode;
  readonly streamId: StreamId;
  readonly config: ProducerConfig;
  readonly events: EventHub<ProducerEvent>;
  readonly metrics: ProducerMetrics;
  readonly rtt: { rttMs(peer: PeerId): number | undefined; record(peer: PeerId, micros: number | undefined): void };
  /** A consumer came, went, or changed its entry. */
  onChange(): void;
  /** After at least one was full, all have room. */
  onRoom(): void;
}

interface Member {
  readonly subscription: Subscription;
  readonly gate: TicketGate;
  readonly rttMicros: () => number | undefined;
  /** As of its admission. */
  readonly isObserver: boolean;
}

/** The consumers of one producer: who is admitted, who stays, and what each of them takes (spec 04 §3.4-3.6). */
export class Subscribers {
  readonly #context: SubscribersContext;
  readonly #admission: Admission;
  readonly #members = new Set<Member>();
  #fullCount = 0;
  #lastRttMs = 0;
  /** What every consumer, past and present, has taken. */
  datums = 0;
  bytes = 0;
  /** What did not reach one of them. */
  dropped = 0;

  constructor(context: SubscribersContext) {
    const { node, config, rtt } = context;
    this.#context = context;
    this.#admission = new Admission(node.runtime, config, (peer) => rtt.rttMs(peer));
  }

  get size(): number {
    return this.#members.size;
  }

  /** Whether `push` must wait: only with the policy `wait`. */
  get isFull(): boolean {
    return this.#fullCount > 0;
  }

  *channels(): Iterable<Channel> {
    for (const { subscription } of this.#members) yield subscription.channel;
  }

  /** What may be pushed at once, in datums and bytes. */
  room(): { items: number; bytes: number } {
    let items = this.#context.config.bufferItems;
    let bytes = this.#context.config.bufferBytes;
    for (const { subscription } of this.#members) {
      if (subscription.roomItems < items) items = subscription.roomItems;
      if (subscription.roomBytes < bytes) bytes = subscription.roomBytes;
    }
    return { items, bytes };
  }

  /** Takes a consumer, or refuses it with a close code. */
  admit(applicant: Applicant, begin: () => Beginning): void {
    const { node, streamId, config, rtt, metrics, events } = this.#context;
    const { carrier, entry, rttMicros, isTold } = applicant;
    rtt.record(entry.id, rttMicros());
    const admitted = this.#admission.admit(entry, () => member.subscription.close(CLOSE.streamNotAllowed));
    if (!(admitted instanceof TicketGate)) return this.refuse(carrier, entry.id, admitted);
    const channel = new Channel(streamId, node.id, entry.id, entry);
    const { position, missed } = begin();
    const subscription = new Subscription(node.runtime, config, channel, carrier, {
      onTaken: (datums, payloadBytes) => this.#taken(datums, payloadBytes),
      onFull: (isFull) => this.#full(isFull),
      onDropped: (count) => this.#dropped(channel, count),
      onEnd: (info, lost) => this.#ended(member, info, lost),
    });
    const member: Member = { subscription, gate: admitted, rttMicros, isObserver: isObserver(entry) };
    this.#members.add(member);
    metrics.accepted.add();
    metrics.consumers.set(this.#members.size);
    subscription.start(isTold ? this.#startFrame(position) : undefined, missed, () => {
      channel.connected(node.runtime.monoMs());
      events.emit({ kind: "connected", consumer: entry.id });
      this.#context.onChange();
    });
  }

  refuse(carrier: Carrier, consumer: PeerId, { code, name }: CloseCode): void {
    this.#context.metrics.rejected.add();
    this.#context.events.emit({ kind: "refused", consumer, code, reason: name });
    carrier.close({ code, name });
  }

  push(batch: Batch): void {
    const nowMs = this.#context.node.runtime.monoMs();
    if (nowMs - this.#lastRttMs >= RTT_SAMPLE_INTERVAL_MS) this.#sampleRtts(nowMs);
    for (const { subscription } of this.#members) subscription.push(batch);
  }

  /** Judges everybody by what the catalog says now. @param entryOf a peer's newest entry; `undefined` of one that is not there */
  review(entryOf: (peer: PeerId) => PeerEntry | undefined): void {
    let hasChanged = false;
    this.#sampleRtts(this.#context.node.runtime.monoMs());
    for (const { subscription, gate } of this.#members) {
      const { channel } = subscription;
      // A peer that is out of sight for a while is judged by what it said last.
      const entry = entryOf(channel.consumerId) ?? channel.peer;
      if (entry !== channel.peer) hasChanged = true;
      channel.peer = entry;
      gate.refresh(entry);
      if (gate.isAdmitted && !this.#admission.mayStay(entry)) subscription.close(CLOSE.streamNotAllowed);
    }
    if (hasChanged) this.#context.onChange();
  }

  /** Hands everybody what is left, and ends the subscriptions. */
  async drain(): Promise<DrainReport> {
    const drains = [...this.#members].map(async ({ subscription }) => ({
      consumer: subscription.channel.consumerId,
      isConfirmed: await subscription.drain(),
    }));
    const drained = await Promise.all(drains);
    const ofKind = (isConfirmed: boolean): PeerId[] =>
      drained.filter((one) => one.isConfirmed === isConfirmed).map(({ consumer }) => consumer);
    return { confirmed: ofKind(true), unconfirmed: ofKind(false) };
  }

  #startFrame(position: StreamPosition | undefined): Uint8Array {
    const { node, streamId } = this.#context;
    const writer = new Writer();
    const resume = position === undefined ? undefined : { after: position };
    appendFrame(writer, streamHandshakeCodec, { network: node.networkId, stream: streamId, resume });
    return writer.take();
  }

  #sampleRtts(nowMs: number): void {
    this.#lastRttMs = nowMs;
    const { rtt } = this.#context;
    for (const { subscription, rttMicros } of this.#members) rtt.record(subscription.channel.consumerId, rttMicros());
  }

  #taken(datums: number, payloadBytes: number): void {
    const { metrics } = this.#context;
    this.datums += datums;
    this.bytes += payloadBytes;
    metrics.sent.add(datums);
    metrics.bytes.add(payloadBytes);
    metrics.totalDatums.add(datums);
    metrics.totalBytes.add(payloadBytes);
  }

  #full(isFull: boolean): void {
    this.#fullCount += isFull ? 1 : -1;
    if (this.#fullCount === 0) this.#context.onRoom();
  }

  #dropped({ consumerId }: Channel, count: number): void {
    const { metrics, events, config } = this.#context;
    this.dropped += count;
    metrics.dropped.add(count);
    events.emit({ kind: "dropped", consumer: consumerId, count, policy: config.lag });
  }

  #ended(member: Member, info: CloseInfo, lost: number): void {
    const { metrics, events } = this.#context;
    const { subscription, gate, isObserver } = member;
    const consumer = subscription.channel.consumerId;
    gate.close();
    this.#members.delete(member);
    const isTooSlow = info.by === "local" && info.code === CLOSE.streamTooSlow.code;
    this.#admission.left(consumer, isObserver, isTooSlow);
    this.dropped += lost;
    metrics.dropped.add(lost);
    metrics.consumers.set(this.#members.size);
    events.emit({ kind: "disconnected", consumer, ...channelEnd(info) });
    if (!subscription.isOrderly(info)) {
      metrics.gaps.add();
      events.emit({ kind: "gap", consumer, lost });
    }
    this.#context.onChange();
  }
}
