import type { Counter, Gauge, Metrics } from "../../metrics/index.js";
import type { GroupId } from "../group-id.js";

/** What the bonds of a group count (spec 05 §14). Bytes are those of messages, without the lengths in front of them. */
export class BondMetrics {
  readonly active: Gauge;
  readonly bytesSent: Counter;
  readonly bytesReceived: Counter;
  readonly messagesSent: Counter;
  readonly messagesReceived: Counter;
  /** Peers that were refused, or that refused us. */
  readonly refused: Counter;
  /** Peers that were given up because they took nothing. */
  readonly stalled: Counter;

  constructor(metrics: Metrics, groupId: GroupId) {
    const labels = { group: groupId.short() };
    this.active = metrics.gauge("mosaik.groups.bonds.active", labels);
    this.bytesSent = metrics.counter("mosaik.groups.bonds.bytes.sent", labels);
    this.bytesReceived = metrics.counter("mosaik.groups.bonds.bytes.received", labels);
    this.messagesSent = metrics.counter("mosaik.groups.bonds.messages.sent", labels);
    this.messagesReceived = metrics.counter("mosaik.groups.bonds.messages.received", labels);
    this.refused = metrics.counter("mosaik.groups.bonds.refused", labels);
    this.stalled = metrics.counter("mosaik.groups.bonds.stalled", labels);
  }
}
