import { DecodeError, Reader, type Codec } from "@mosaik/postcard";
import { CLOSE, type CloseCode, type Link, type LinkEnd, type SignedPeerEntry } from "../../network/index.js";
import type { PeerId } from "../../primitives/index.js";
import { atMost, TransportError, type CancelTimer, type CloseInfo, type Runtime } from "../../runtime/index.js";
import type { ConsensusConfig } from "../config.js";
import type { BondMessage, CommandCheck, GroupMessage } from "../protocol.js";
import type { BondMetrics } from "./bond-metrics.js";
import type { Frame, FrameEncoder } from "./frames.js";
import { Hearsay } from "./hearsay.js";
import { Heartbeat } from "./heartbeat.js";
import { Intake } from "./intake.js";
import { Outgoing } from "./outgoing.js";
import type { Side } from "./tie-break.js";

/** Bytes that may be on their way from a peer and not dealt with. */
const WINDOW_BYTES = 1024 * 1024;
const ALIVE_INTERVAL_MS = 250;

/** Who holds a bond. */
export interface BondHolder<M> {
  onMessage(bond: Bond<M>, message: GroupMessage<M>): void;
  /** An entry of the peer's own, or of one that it has a bond with. Its signature was not checked. */
  onEntry(bond: Bond<M>, signed: SignedPeerEntry): void;
  /** Told once, in a later turn than that which ended it. */
  onEnded(bond: Bond<M>, info: CloseInfo): void;
  /** Something came from the peer: told at most four times a second. */
  onAlive(peer: PeerId, rttMicros: number | undefined): void;
}

export interface BondContext<M> {
  readonly runtime: Runtime;
  readonly consensus: ConsensusConfig;
  readonly codec: Codec<BondMessage<M>>;
  readonly checkCommand: CommandCheck;
  readonly frames: FrameEncoder<M>;
  readonly metrics: BondMetrics;
  readonly holder: BondHolder<M>;
}

/** One bond: reads and writes side by side, shows that it is alive, and ends when the peer does not (spec 05 §4.7, §4.8). */
export class Bond<M> {
  readonly link: Link;
  /** Who dialled. */
  readonly side: Side;
  /** The entries that come over this bond. */
  readonly hearsay: Hearsay;
  readonly beganMs: number;
  /** When the process at the other end began, by its own clock: as of the bond's beginning, or of what came over it. */
  started: bigint;
  /** Whether the peer said farewell. */
  hasDeparted = false;
  bytesSent = 0;
  bytesReceived = 0;
  messagesSent = 0;
  messagesReceived = 0;
  readonly #context: BondContext<M>;
  readonly #heartbeat: Heartbeat;
  readonly #outgoing: Outgoing;
  readonly #intake: Intake;
  readonly #reader = new Reader(new Uint8Array(0));
  #cancelTimer: CancelTimer | undefined;
  #isOver = false;
  #toldAliveMs = -Infinity;
  #entry: SignedPeerEntry;

  constructor(context: BondContext<M>, link: Link, side: Side, entry: SignedPeerEntry) {
    const { runtime, consensus, metrics } = context;
    this.#context = context;
    this.#entry = entry;
    this.link = link;
    this.side = side;
    this.started = entry.entry.version.started;
    this.beganMs = runtime.monoMs();
    this.#heartbeat = new Heartbeat(consensus, () => runtime.random.unit(), this.beganMs);
    this.hearsay = new Hearsay(runtime, (signed) => context.holder.onEntry(this, signed));
    const stallMs = consensus.heartbeatIntervalMs * consensus.maxMissedHeartbeats;
    this.#outgoing = new Outgoing(runtime, link, stallMs, () => {
      metrics.stalled.add();
      this.close(CLOSE.groupTimeout);
    });
    this.#intake = new Intake({
      runtime,
      checkCommand: context.checkCommand,
      onFrame: (bytes, start, end) => this.#onFrame(bytes, start, end),
      onPart: (message) => {
        // What it has sent meanwhile waits: the peer is not silent.
        this.#heartbeat.heard(runtime.monoMs());
        this.#onMessage({ kind: "group", message });
      },
      onMalformed: (error) => this.#onMalformed(error),
      release: (bytes) => this.link.release(bytes),
    });
  }

  get peer(): PeerId {
    return this.link.peer;
  }

  /** The peer's newest entry, as far as this bond has been told. */
  get entry(): SignedPeerEntry {
    return this.#entry;
  }

  /** Whether it has ended, or is about to. */
  get isOver(): boolean {
    return this.#isOver || this.link.closeInfo() !== undefined;
  }

  /** How long nothing has come from the peer, in ms. */
  get silentMs(): number {
    return this.#context.runtime.monoMs() - this.#heartbeat.heardMs;
  }

  /** Begins to beat and to read. What has arrived already is handed over at once. */
  start(): void {
    void this.link.closed.then((info) => {
      this.#stop();
      this.#context.holder.onEnded(this, info);
    });
    this.#tick();
    const onFrame = (bytes: Uint8Array, start: number, end: number): void => this.#onReceived(bytes, start, end);
    const onDelivered = (bytes: number): void => this.#onDelivered(bytes);
    this.link.receive({ onFrame, onDelivered, onEnd: (end) => this.#onLinkEnd(end) }, WINDOW_BYTES);
  }

  /** Queues a frame. @returns whether it was; the bond has ended, or ends, where it was not */
  send(frame: Frame): boolean {
    if (this.#isOver || !this.#outgoing.send(frame)) return false;
    const { metrics } = this.#context;
    this.bytesSent += frame.payloadBytes;
    this.messagesSent++;
    metrics.bytesSent.add(frame.payloadBytes);
    metrics.messagesSent.add();
    return true;
  }

  /** The peer itself sent this entry over this bond. */
  cameFrom({ entry }: SignedPeerEntry): void {
    const { started } = entry.version;
    if (started > this.started) this.started = started;
  }

  /** Takes an entry of the peer's, if it is newer. */
  learn(signed: SignedPeerEntry): void {
    if (signed.entry.isNewerThan(this.#entry.entry)) this.#entry = signed;
  }

  /** Ends the bond; the holder is told later. A second close changes nothing. */
  close(reason: CloseCode): void {
    this.#stop();
    this.link.close(reason);
  }

  /** Says farewell, gives it so many ms to get across, and closes with 102. Never rejects. */
  async depart(flushMs: number): Promise<void> {
    const { runtime, frames } = this.#context;
    this.send(frames.departure);
    this.#outgoing.flush();
    this.#stop();
    try {
      await atMost(runtime, flushMs, this.link.finish());
    } catch (error) {
      if (!(error instanceof TransportError)) runtime.report(error, `leaving the bond with ${this.peer.short()}`);
    }
    this.link.close(CLOSE.cancelled);
  }

  #onReceived(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isOver) return;
    const { metrics } = this.#context;
    this.bytesReceived += end - start;
    this.messagesReceived++;
    metrics.bytesReceived.add(end - start);
    metrics.messagesReceived.add();
    this.#intake.add(bytes, start, end);
  }

  #onFrame(bytes: Uint8Array, start: number, end: number): void {
    let message: BondMessage<M>;
    try {
      this.#reader.reset(bytes, start, end);
      message = this.#context.codec.read(this.#reader);
    } catch (error) {
      return this.#onMalformed(error);
    }
    this.#onMessage(message);
  }

  /** A codec of the program's own may throw what it likes. */
  #onMalformed(error: unknown): void {
    const { runtime } = this.#context;
    if (!(error instanceof DecodeError)) runtime.report(error, `decoding a message of ${this.peer.short()}`);
    this.close(CLOSE.protocolViolation);
  }

  #onMessage(message: BondMessage<M>): void {
    const { frames, holder, runtime } = this.#context;
    switch (message.kind) {
      case "ping":
        // What waits says as much.
        if (this.#outgoing.isEmpty) this.send(frames.pong);
        return;
      case "pong":
        return;
      case "departure":
        this.hasDeparted = true;
        return this.close(CLOSE.cancelled);
      case "peerEntryUpdate":
        // Whatever a member says of others it says by `bondFormed`.
        if (message.entry.entry.id === this.peer) this.hearsay.addOwn(message.entry);
        return;
      case "bondFormed":
        return this.hearsay.add([message.entry]);
      case "group":
        try {
          return holder.onMessage(this, message.message);
        } catch (error) {
          return runtime.report(error, `a message of ${this.peer.short()}`);
        }
    }
  }

  /** Once for all frames of a chunk. */
  #onDelivered(bytes: number): void {
    const { runtime, holder } = this.#context;
    const nowMs = runtime.monoMs();
    this.#heartbeat.heard(nowMs);
    this.#intake.delivered(bytes);
    if (nowMs - this.#toldAliveMs < ALIVE_INTERVAL_MS) return;
    this.#toldAliveMs = nowMs;
    holder.onAlive(this.peer, this.link.connection.rttMicros());
  }

  #onLinkEnd(end: LinkEnd): void {
    if (end.kind === "ended" || end.kind === "truncated") this.close(CLOSE.unexpectedClose);
  }

  /** The timer is not moved at each receipt: it looks again when the next tick is due then. */
  #tick(): void {
    const { runtime, frames } = this.#context;
    const verdict = this.#heartbeat.tick(runtime.monoMs());
    if (verdict === "failed") return this.close(CLOSE.groupTimeout);
    if (verdict === "beat" && this.#outgoing.isEmpty) this.send(frames.ping);
    if (this.#isOver) return;
    const waitMs = Math.max(0, this.#heartbeat.deadlineMs - runtime.monoMs());
    this.#cancelTimer = runtime.after(waitMs, () => this.#tick());
  }

  #stop(): void {
    this.#isOver = true;
    this.#cancelTimer?.();
    this.#outgoing.close();
    this.#intake.close();
    this.hearsay.close();
  }
}
