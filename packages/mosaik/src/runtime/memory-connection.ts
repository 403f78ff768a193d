import type { BiStream, CloseInfo, Connection, ConnectionPath, RecvStream, SendStream } from "@mosaik/iroh/transport";
import { requireCode, requireCount } from "./memory-arguments.js";
import { exportKeys } from "./memory-exporter.js";
import { keepAliveUs, Silence } from "./memory-liveness.js";
import { MemoryRecvStream } from "./memory-recv-stream.js";
import { closedError, MemorySendStream } from "./memory-send-stream.js";
import { StreamKind, type StreamSlots } from "./memory-stream-slots.js";
import { MemoryFrame, type MemoryWire } from "./memory-wire.js";

/** What one side of a connection is made of. */
export interface ConnectionSide {
  readonly remoteId: string;
  readonly alpn: string;
  readonly side: "dialler" | "acceptor";
  /** Where the other side is now. */
  readonly remoteAddr: () => string;
  /** Carries what this side sends. */
  readonly wire: MemoryWire;
  /** Known to both sides and to nobody else. */
  readonly secret: Uint8Array;
  readonly receiveWindowBytes: number;
  /** Streams of each kind that this side may open at once. */
  readonly outgoingStreamsMax: number;
  /** The idle timeout that both sides agreed on: the smaller one. */
  readonly idleTimeoutMs: number;
  /** The connection keeps no state any more. */
  readonly onEnded: (connection: MemoryConnection) => void;
}

/** One side of a connection in the memory network. */
export class MemoryConnection implements Connection {
  readonly remoteId: string;
  readonly alpn: string;
  readonly side: "dialler" | "acceptor";
  /** The other side; set by whoever makes the pair. */
  peer!: MemoryConnection;
  readonly #options: ConnectionSide;
  readonly #wire: MemoryWire;
  readonly #streams = new Set<MemorySendStream | MemoryRecvStream>();
  readonly #bi: StreamKind<BiStream>;
  /** Made when it is first used: most connections have no streams in one direction. */
  #uniIfUsed: StreamKind<RecvStream> | undefined;
  readonly #silence: Silence;
  readonly #statelessReset: Silence;
  /** Without state, and the peer was not told; `dead` endpoints do not even answer with a reset. */
  #lost: "no" | "stateless" | "dead" = "no";
  #info: CloseInfo | undefined;
  #closed: Promise<CloseInfo> | undefined;
  #resolveClosed: ((info: CloseInfo) => void) | undefined;

  constructor(options: ConnectionSide) {
    this.remoteId = options.remoteId;
    this.alpn = options.alpn;
    this.side = options.side;
    this.#options = options;
    this.#wire = options.wire;
    this.#bi = new StreamKind(options.outgoingStreamsMax);
    this.#silence = new Silence(options.wire.path.from);
    this.#statelessReset = new Silence(options.wire.path.from);
  }

  get closed(): Promise<CloseInfo> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#info === undefined) this.#resolveClosed = resolve;
      else resolve(this.#info);
    });
    return this.#closed;
  }

  async openBi(): Promise<BiStream> {
    await this.#bi.slots.take();
    this.#requireOpen();
    const { peer } = this;
    const onHalfDone = peer.#releasing(this.#bi.slots, 2);
    let onArrival = (): void => {};
    const there = connectHalf(this.#end(ignore), peer.#end(onHalfDone), () => onArrival());
    const back = connectHalf(peer.#end(onHalfDone), this.#end(ignore), ignore);
    onArrival = peer.#bi.incoming.add({ send: back.send, recv: there.recv });
    return { send: there.send, recv: back.recv };
  }

  acceptBi(): Promise<BiStream> {
    return this.#bi.incoming.take();
  }

  async openUni(): Promise<SendStream> {
    await this.#uni.slots.take();
    this.#requireOpen();
    const { peer } = this;
    let onArrival = (): void => {};
    const there = connectHalf(this.#end(ignore), peer.#end(peer.#releasing(this.#uni.slots, 1)), () => onArrival());
    onArrival = peer.#uni.incoming.add(there.recv);
    return there.send;
  }

  acceptUni(): Promise<RecvStream> {
    return this.#uni.incoming.take();
  }

  close(code: number, reason: string | Uint8Array): void {
    requireCode(code);
    if (this.#info !== undefined || this.#lost !== "no") return;
    const bytes = typeof reason === "string" ? new TextEncoder().encode(reason) : new Uint8Array(reason);
    this.#wire.sendUrgent(new CloseFrame(this.#wire, this, { by: "peer", code, reason: bytes }));
    this.#conclude({ by: "local", code, reason: bytes });
  }

  closeInfo(): CloseInfo | undefined {
    return this.#info;
  }

  exportKeyingMaterial(lengthBytes: number, label: Uint8Array, context: Uint8Array): Uint8Array {
    requireCount(lengthBytes, "lengthBytes");
    return exportKeys(this.#options.secret, lengthBytes, label, context);
  }

  rttMicros(): number {
    return Math.max(1, this.#wire.path.baseUs() + this.peer.#wire.path.baseUs());
  }

  path(): ConnectionPath {
    return { kind: "direct", remote: this.#options.remoteAddr() };
  }

  /** The peer's close arrived. */
  closedByPeer(info: CloseInfo): void {
    if (this.#info === undefined) this.#conclude(info);
  }

  /**
   * Loses all state without a word to anybody, as in a crash: no callback runs, no promise settles, and nothing that this side
   * does any more reaches the peer.
   */
  die(): void {
    if (this.#info !== undefined) return;
    this.#forget("dead");
    for (const stream of this.#streams) if (stream instanceof MemoryRecvStream) stream.abandon();
    this.#silence.end();
    this.#statelessReset.end();
    this.#options.onEnded(this);
    this.peer.review();
  }

  /** The close of this side was lost on its way. */
  closeWasLost(): void {
    this.#forget("stateless");
    this.peer.review();
  }

  /** Judges anew whether the peer can be heard, after something changed between the two. */
  review(): void {
    if (this.#info !== undefined || this.#lost !== "no") return;
    const { peer } = this;
    const inbound = peer.#wire.path;
    const isReachable = !inbound.isCut && !inbound.from.isPaused;
    if (isReachable && peer.#lost === "no") this.#silence.end();
    else this.#silence.begin(this.#options.idleTimeoutMs * 1_000, () => this.loseContact("timeout"));
    if (isReachable && peer.#lost === "stateless" && !this.#wire.path.isCut) {
      this.#statelessReset.begin(this.rttMicros() + inbound.uniform(keepAliveUs), () => this.loseContact("reset"));
    } else {
      this.#statelessReset.end();
    }
  }

  /** Gives the connection up without telling the peer. */
  loseContact(by: "timeout" | "reset"): void {
    if (this.#info !== undefined) return;
    this.#forget("stateless");
    this.#conclude({ by });
    this.peer.review();
  }

  /** The name of the host that this side is on. */
  get hostName(): string {
    return this.#wire.path.from.name;
  }

  /** Nothing reaches this side any more and nothing leaves it. */
  #forget(lost: "stateless" | "dead"): void {
    this.#lost = lost;
    this.#wire.isMute = true;
    this.peer.#wire.isDeaf = true;
  }

  #conclude(info: CloseInfo): void {
    this.#info = info;
    this.peer.#wire.isDeaf = true;
    this.#silence.end();
    this.#statelessReset.end();
    for (const stream of [...this.#streams]) stream.connectionEnded(info);
    this.#endKind(this.#bi, info);
    if (this.#uniIfUsed !== undefined) this.#endKind(this.#uniIfUsed, info);
    this.#resolveClosed?.(info);
    this.#options.onEnded(this);
  }

  get #uni(): StreamKind<RecvStream> {
    if (this.#uniIfUsed === undefined) {
      this.#uniIfUsed = new StreamKind(this.#options.outgoingStreamsMax);
      if (this.#info !== undefined) this.#endKind(this.#uniIfUsed, this.#info);
    }
    return this.#uniIfUsed;
  }

  /** Nothing more comes; streams that were seen before the peer's close can still be taken, as in QUIC. */
  #endKind(kind: StreamKind<BiStream> | StreamKind<RecvStream>, info: CloseInfo): void {
    kind.end(() => Promise.reject(closedError(info)), info.by !== "local");
  }

  #requireOpen(): void {
    if (this.#info !== undefined) throw closedError(this.#info);
  }

  /** This side as the end of a stream's half. */
  #end(onDone: () => void): HalfEnd {
    return { wire: this.#wire, streams: this.#streams, windowBytes: this.#options.receiveWindowBytes, onDone };
  }

  /** Gives the peer's slot back once so many halves of its stream are done on this side. */
  #releasing(slots: StreamSlots, halfCount: number): () => void {
    let left = halfCount;
    return () => {
      if (--left === 0 && this.#info === undefined) this.#wire.send(new SlotFrame(this.#wire, slots));
    };
  }
}

/** Where one half of a stream ends. */
interface HalfEnd {
  readonly wire: MemoryWire;
  readonly streams: Set<MemorySendStream | MemoryRecvStream>;
  readonly windowBytes: number;
  readonly onDone: () => void;
}

function ignore(): void {}

/** Makes one direction of a stream. */
function connectHalf(
  writer: HalfEnd,
  reader: HalfEnd,
  onArrival: () => void,
): { send: MemorySendStream; recv: MemoryRecvStream } {
  const recv = new MemoryRecvStream(reader.wire, reader.windowBytes, onArrival, () => {
    reader.streams.delete(recv);
    reader.onDone();
  });
  const send = new MemorySendStream(writer.wire, recv, reader.windowBytes, () => {
    writer.streams.delete(send);
    writer.onDone();
  });
  recv.writer = send;
  reader.streams.add(recv);
  writer.streams.add(send);
  return { send, recv };
}

/** Ends the connection. May overtake data; it is not repeated, so that a cut path swallows it. */
class CloseFrame extends MemoryFrame {
  declare private readonly from: MemoryConnection;
  declare private readonly info: CloseInfo;

  constructor(wire: MemoryWire, from: MemoryConnection, info: CloseInfo) {
    super(wire);
    this.from = from;
    this.info = info;
  }

  protected override meetCut(): void {
    this.from.closeWasLost();
  }

  protected deliver(): void {
    this.from.peer.closedByPeer(this.info);
  }
}

/** Lets the peer open another stream. */
class SlotFrame extends MemoryFrame {
  declare private readonly slots: StreamSlots;

  constructor(wire: MemoryWire, slots: StreamSlots) {
    super(wire);
    this.slots = slots;
  }

  protected deliver(): void {
    this.slots.release();
  }
}
