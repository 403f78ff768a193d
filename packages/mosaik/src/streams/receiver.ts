import { DecodeError, Reader, type Codec } from "@mosaik/postcard";
import {
  ALPN,
  CLOSE,
  NetworkError,
  peerCloseCode,
  type Link,
  type LinkEnd,
  type LocalNode,
  type PeerEntry,
} from "../network/index.js";
import { Backoff, MosaikError, type BackoffPolicy, type PeerId, type StreamId } from "../primitives/index.js";
import { Channel } from "./channel.js";
import type { Arrival } from "./inbox.js";
import { streamHandshakeCodec } from "./protocol.js";

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A subscription that lasted this long begins with short delays when it breaks, in ms. */
const STABLE_MS = 5000;
const RTT_SAMPLE_INTERVAL_MS = 1000;

/** What a receiver needs of its consumer. */
export interface ReceiverContext<T> {
  readonly node: LocalNode;
  readonly streamId: StreamId;
  readonly codec: Codec<T>;
  readonly backoff: BackoffPolicy;
  readonly windowBytes: number;
  onArrival(arrival: Arrival<T>): void;
  /** The channel's state changed. */
  onChange(): void;
  /** The producer closed the connection with a code. */
  onClosedBy(code: number): void;
  /** The receiver ended by itself: the peer refused or ended the stream for good. */
  onTerminated(receiver: Receiver<T>): void;
  recordRtt(peer: PeerId, micros: number | undefined): void;
  /** Makes this node known to a producer that does not know it. */
  syncWith(peer: PeerId, signal: AbortSignal): Promise<void>;
}

type Outcome = "retry" | "unknownPeer" | "terminated";

/** Closes after which a producer is not asked again soon: it does not want us, or has nothing for us (spec 04 §3.8). */
const FINAL_CODES = new Set<number>([
  CLOSE.differentNetwork.code,
  CLOSE.gracefulShutdown.code,
  CLOSE.streamNotAllowed.code,
  CLOSE.streamNotFound.code,
]);

/** Keeps one subscription of a consumer with one producer: connects, receives, and connects again (spec 04 §3.8). */
export class Receiver<T> {
  readonly channel: Channel;
  readonly #context: ReceiverContext<T>;
  readonly #backoff: Backoff;
  readonly #stopper = new AbortController();
  readonly #reader = new Reader(new Uint8Array(0));
  #link: Link | undefined;
  #wakeEarly: (() => void) | undefined;
  #startedVersion: bigint;
  #lastRttMs = -Infinity;

  constructor(context: ReceiverContext<T>, peer: PeerEntry) {
    this.#context = context;
    this.channel = new Channel(context.streamId, peer.id, context.node.id, peer);
    this.#backoff = new Backoff(context.backoff);
    this.#startedVersion = peer.version.started;
    void this.#run();
  }

  get peer(): PeerId {
    return this.channel.producerId;
  }

  /** The peer's entry as it is now: a peer that has been restarted is connected to anew, at once. */
  refresh(entry: PeerEntry): void {
    if (entry.version.started === this.#startedVersion) return;
    this.#startedVersion = entry.version.started;
    this.#backoff.reset();
    this.#link?.close(CLOSE.cancelled);
    this.#wakeEarly?.();
  }

  /** Ends the subscription with 102. */
  stop(): void {
    this.#stopper.abort();
    this.#link?.close(CLOSE.cancelled);
    this.#wakeEarly?.();
    this.#disconnect("terminated");
  }

  async #run(): Promise<void> {
    const { node } = this.#context;
    let isIntroduced = false;
    for (;;) {
      const outcome = await this.#attempt();
      if (this.#stopper.signal.aborted || node.closing.aborted) return;
      if (outcome === "terminated") {
        this.#disconnect("terminated");
        return this.#context.onTerminated(this);
      }
      this.#disconnect("connecting");
      if (outcome === "unknownPeer") {
        await this.#introduce();
        // It knows us now: the first time there is nothing to wait for.
        if (!isIntroduced) {
          isIntroduced = true;
          continue;
        }
      }
      await this.#pause(this.#backoff.nextMs(node.runtime.random.unit()));
      if (this.#stopper.signal.aborted || node.closing.aborted) return;
    }
  }

  async #attempt(): Promise<Outcome> {
    const { node } = this.#context;
    try {
      const link = await node.open(this.peer, ALPN.streams, {
        signal: this.#stopper.signal,
        timeoutMs: HANDSHAKE_TIMEOUT_MS,
      });
      this.#link = link;
      return await this.#subscribe(link);
    } catch (error) {
      if (error instanceof MosaikError) return this.#outcomeOf(error);
      node.runtime.report(error, `receiving stream ${this.#context.streamId.short()} from ${this.peer.short()}`);
      return "retry";
    } finally {
      this.#link?.close(CLOSE.dropped);
      this.#link = undefined;
    }
  }

  async #subscribe(link: Link): Promise<Outcome> {
    const { node, streamId } = this.#context;
    await link.send(streamHandshakeCodec, { network: node.networkId, stream: streamId });
    const start = await link.recv(streamHandshakeCodec, { timeoutMs: HANDSHAKE_TIMEOUT_MS });
    if (start.network !== node.networkId) return this.#refuse(link, CLOSE.differentNetwork);
    if (start.stream !== streamId) return this.#refuse(link, CLOSE.streamNotFound);
    const connectedAtMs = node.runtime.monoMs();
    this.channel.connected(connectedAtMs);
    this.#context.onChange();
    const end = await this.#receive(link);
    if (node.runtime.monoMs() - connectedAtMs >= STABLE_MS) this.#backoff.reset();
    return end.kind === "violation" ? "terminated" : this.#outcomeOfEnd(link, end);
  }

  #refuse(link: Link, reason: { code: number; name: string }): Outcome {
    link.close(reason);
    return "terminated";
  }

  /** Hands over what arrives until the link ends; a datum that does not decode ends it with 400. */
  #receive(link: Link): Promise<LinkEnd | { kind: "violation" }> {
    const { codec } = this.#context;
    let datums: T[] = [];
    let sizes: number[] = [];
    return new Promise((resolve) => {
      let isViolated = false;
      const onFrame = (bytes: Uint8Array, start: number, end: number): void => {
        if (isViolated) return;
        try {
          this.#reader.reset(bytes, start, end);
          datums.push(codec.read(this.#reader));
          sizes.push(end - start);
        } catch (error) {
          if (!(error instanceof DecodeError)) {
            this.#context.node.runtime.report(error, `decoding a datum of stream ${this.#context.streamId.short()}`);
          }
          isViolated = true;
          link.close(CLOSE.protocolViolation);
          resolve({ kind: "violation" });
        }
      };
      const onDelivered = (cost: number): void => {
        if (datums.length === 0) return link.release(cost);
        const arrived = { datums, sizes, release: () => link.release(cost) };
        for (const size of sizes) this.channel.bytes += size;
        this.channel.datums += datums.length;
        datums = [];
        sizes = [];
        this.#sampleRtt(link);
        this.#context.onArrival(arrived);
      };
      link.receive({ onFrame, onDelivered, onEnd: resolve }, this.#context.windowBytes);
    });
  }

  /** A producer that ends its stream has sent all that it had: our close tells it that we have it (spec 04 §3.8). */
  #outcomeOfEnd(link: Link, end: LinkEnd): Outcome {
    if (end.kind !== "ended") return this.#outcomeOfCode(peerCloseCode(link.connection.closeInfo()));
    link.close(CLOSE.gracefulShutdown);
    return this.#outcomeOfCode(CLOSE.gracefulShutdown.code);
  }

  #outcomeOf(error: unknown): Outcome {
    if (!(error instanceof NetworkError)) return "retry";
    if (error.code === "protocolViolation") return "terminated";
    return this.#outcomeOfCode(peerCloseCode(error.closeInfo));
  }

  #outcomeOfCode(code: number | undefined): Outcome {
    if (code === undefined) return "retry";
    this.#context.onClosedBy(code);
    if (code === CLOSE.unknownPeer.code) return "unknownPeer";
    return FINAL_CODES.has(code) ? "terminated" : "retry";
  }

  async #introduce(): Promise<void> {
    try {
      await this.#context.syncWith(this.peer, this.#stopper.signal);
    } catch (error) {
      // The next attempt will be refused again, and tried again after a longer delay.
      if (!(error instanceof MosaikError)) this.#context.node.runtime.report(error, "a catalog sync after 401");
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#context.node.runtime.after(delayMs, resolve);
      this.#wakeEarly = () => {
        cancel();
        resolve();
      };
    });
  }

  #disconnect(state: "connecting" | "terminated"): void {
    if (this.channel.state === "terminated" || this.channel.state === state) return;
    this.channel.disconnected(state);
    this.#context.onChange();
  }

  #sampleRtt(link: Link): void {
    const nowMs = this.#context.node.runtime.monoMs();
    if (nowMs - this.#lastRttMs < RTT_SAMPLE_INTERVAL_MS) return;
    this.#lastRttMs = nowMs;
    this.#context.recordRtt(this.peer, link.connection.rttMicros());
  }
}
