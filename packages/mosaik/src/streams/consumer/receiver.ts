import {
  ALPN,
  CLOSE,
  describeClose,
  NetworkError,
  peerCloseCode,
  type CloseCode,
  type Link,
  type LinkEnd,
  type OnRun,
  type PeerEntry,
} from "../../network/index.js";
import { Backoff, MosaikError, type BackoffPolicy, type PeerId } from "../../primitives/index.js";
import { Channel } from "../channel.js";
import type { ChannelEnd, GapCause } from "../events.js";
import { streamHandshakeCodec, type StreamPosition } from "../protocol.js";
import { Intake } from "./intake.js";
import { continuation, type Positions } from "./positions.js";
import { disconnect, type Source, type SourceContext } from "./source.js";

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A subscription that lasted this long begins with short delays when it breaks, in ms. */
const STABLE_MS = 5000;
const RTT_SAMPLE_INTERVAL_MS = 1000;

/** What a receiver needs of its consumer. */
export interface ReceiverContext<T> extends SourceContext<T> {
  readonly backoff: BackoffPolicy;
  /** Where to go on; `undefined` if the program does not want to. */
  readonly positions: Positions | undefined;
  recordRtt(peer: PeerId, micros: number | undefined): void;
  /** Makes this node known to a producer that does not know it. */
  syncWith(peer: PeerId, signal: AbortSignal): Promise<void>;
}

/** How an attempt ended: what to do now, and what to say. */
interface Ending {
  readonly next: "retry" | "introduce" | "terminate";
  readonly end: ChannelEnd;
}

/** Closes after which a producer is not asked again soon: it does not want us, or has nothing for us (spec 04 §3.8). */
const FINAL_CODES = new Set<number>([
  CLOSE.differentNetwork.code,
  CLOSE.gracefulShutdown.code,
  CLOSE.streamNotAllowed.code,
  CLOSE.streamNotFound.code,
]);

/** Keeps one subscription of a consumer with one producer: connects, receives, and connects again (spec 04 §3.8). */
export class Receiver<T> implements Source {
  readonly channel: Channel;
  readonly #context: ReceiverContext<T>;
  readonly #backoff: Backoff;
  readonly #stopper = new AbortController();
  #link: Link | undefined;
  /** Records where the subscription under way stands, and takes nothing more of it. */
  #leave: ((isGapKnown: boolean) => void) | undefined;
  #wakeEarly: (() => void) | undefined;
  #startedVersion: bigint;
  #lastRttMs = -Infinity;
  /** The producer was restarted: there is nothing to wait for. */
  #isRestarted = false;
  #wasStable = false;

  constructor(context: ReceiverContext<T>, peer: PeerEntry) {
    this.#context = context;
    this.channel = new Channel(context.streamId, peer.id, context.node.id, peer);
    this.#backoff = new Backoff(context.backoff);
    this.#startedVersion = peer.version.started;
    void this.#run();
  }

  /** A peer that has been restarted is connected to anew, at once. */
  refresh(entry: PeerEntry): void {
    this.channel.peer = entry;
    if (entry.version.started === this.#startedVersion) return;
    this.#startedVersion = entry.version.started;
    this.#backoff.reset();
    this.#isRestarted = true;
    this.#link?.close(CLOSE.cancelled);
    this.#wakeEarly?.();
  }

  stop(reason: string): void {
    if (this.#stopper.signal.aborted) return;
    this.#stopper.abort();
    this.#leave?.(false);
    this.#link?.close(CLOSE.cancelled);
    this.#wakeEarly?.();
    this.#disconnect("terminated", { code: CLOSE.cancelled.code, reason });
  }

  get #peer(): PeerId {
    return this.channel.producerId;
  }

  get #isStopped(): boolean {
    return this.#stopper.signal.aborted || this.#context.node.closing.aborted;
  }

  async #run(): Promise<void> {
    const { node, events } = this.#context;
    let isIntroduced = false;
    for (;;) {
      const { next, end } = await this.#attempt();
      if (this.#isStopped) return;
      if (next === "terminate" || !(next === "introduce" || events.mayRetry())) return this.#terminate(end);
      this.#disconnect("connecting", end);
      if (next === "introduce") {
        await this.#introduce();
        // It knows us now: the first time there is nothing to wait for.
        if (!isIntroduced) {
          isIntroduced = true;
          continue;
        }
      }
      if (!this.#isRestarted) await this.#pause(this.#backoff.nextMs(node.runtime.random.unit()));
      this.#isRestarted = false;
      if (this.#isStopped) return;
    }
  }

  async #attempt(): Promise<Ending> {
    const { node, streamId } = this.#context;
    try {
      const link = await node.open(this.#peer, ALPN.streams, {
        signal: this.#stopper.signal,
        timeoutMs: HANDSHAKE_TIMEOUT_MS,
      });
      this.#link = link;
      return await this.#subscribe(link);
    } catch (error) {
      if (error instanceof MosaikError) return this.#failed(error as MosaikError);
      node.runtime.report(error, `receiving stream ${streamId.short()} from ${this.#peer.short()}`);
      return { next: "retry", end: { code: undefined, reason: "a defect of this node" } };
    } finally {
      this.#link?.close(CLOSE.dropped);
      this.#link = undefined;
    }
  }

  async #subscribe(link: Link): Promise<Ending> {
    const { node, streamId, positions, events } = this.#context;
    const last = positions?.get(this.#peer);
    const resume = positions === undefined ? undefined : { after: last };
    await link.send(streamHandshakeCodec, { network: node.networkId, stream: streamId, resume });
    const start = await link.recv(streamHandshakeCodec, { timeoutMs: HANDSHAKE_TIMEOUT_MS });
    if (start.network !== node.networkId) return this.#refuse(link, CLOSE.differentNetwork);
    if (start.stream !== streamId) return this.#refuse(link, CLOSE.streamNotFound);
    if (this.#isStopped) return closedHere(link, CLOSE.cancelled, "terminate");
    const answer = positions === undefined ? undefined : start.resume?.after;
    const { kind, ...gap } = { cause: "break" as GapCause, lost: undefined, ...continuation(last, answer) };
    if (kind === "gap" || kind === "violation") {
      positions?.delete(this.#peer);
      events.onGap(this.#peer, gap.cause, gap.lost);
    }
    if (kind === "violation") return this.#refuse(link, CLOSE.protocolViolation);
    const connectedAtMs = node.runtime.monoMs();
    this.channel.connected(connectedAtMs);
    events.onConnected(this.#peer, kind === "resumed");
    events.onChange();
    const ending = await this.#receive(link, answer);
    this.#wasStable = node.runtime.monoMs() - connectedAtMs >= STABLE_MS;
    if (this.#wasStable) this.#backoff.reset();
    return ending;
  }

  /** Hands over what arrives until the link ends; a datum that does not decode ends it with 400. */
  #receive(link: Link, start: StreamPosition | undefined): Promise<Ending> {
    const { positions, events } = this.#context;
    return new Promise((resolve) => {
      const intake = new Intake(this.#context, this.channel, {
        grant: (bytes) => link.release(bytes),
        onDecoded: () => this.#sampleRtt(link),
        onViolation: (lost) => {
          events.onGap(this.#peer, "undecodable", start === undefined ? undefined : lost);
          finish(closedHere(link, CLOSE.protocolViolation, "terminate"), true);
        },
      });
      /** @param isGapKnown whether nothing is missing, or the program knows already that something is */
      const leave = (isGapKnown: boolean): void => {
        if (this.#leave !== leave) return;
        this.#leave = undefined;
        intake.close();
        if (start !== undefined) {
          positions!.set(this.#peer, { epoch: start.epoch, sequence: start.sequence + intake.frames });
        } else if (!isGapKnown) events.onGap(this.#peer, "break", undefined);
      };
      const finish = (ending: Ending, isGapKnown: boolean): void => {
        leave(isGapKnown);
        resolve(ending);
      };
      this.#leave = leave;
      const onEnd = (end: LinkEnd): void => {
        if (end.kind !== "ended") return finish(this.#ended(link), false);
        // A producer that ends its stream has sent all that it had: our close tells it that we have it (spec 04 §3.8).
        finish(closedHere(link, CLOSE.gracefulShutdown, "terminate"), true);
        positions?.delete(this.#peer);
      };
      const onFrame = (bytes: Uint8Array, from: number, to: number): void => intake.onFrame(bytes, from, to);
      const onRun: OnRun = (bytes, from, to, count) => intake.onRun(bytes, from, to, count);
      const onDelivered = (bytes: number): void => intake.onDelivered(bytes);
      link.receive({ onFrame, onRun, onDelivered, onEnd }, intake.windowBytes);
    });
  }

  #refuse(link: Link, reason: CloseCode): Ending {
    const ending = closedHere(link, reason, "terminate");
    this.#context.events.onRefused(this.#peer, ending.end);
    return ending;
  }

  /** A link that ended while it was received from. */
  #ended(link: Link): Ending {
    const info = link.closeInfo();
    const code = peerCloseCode(info);
    return { next: nextAfter(code), end: { code, reason: info === undefined ? "lost" : describeClose(info) } };
  }

  /** An attempt that did not get as far as receiving. */
  #failed(error: MosaikError): Ending {
    if (!(error instanceof NetworkError)) return { next: "retry", end: { code: undefined, reason: error.message } };
    const isViolation = error.code === "protocolViolation";
    const code = isViolation ? CLOSE.protocolViolation.code : peerCloseCode(error.closeInfo);
    const end = { code, reason: error.message };
    // A stranger introduces itself; everything else with a code is a refusal.
    const next = isViolation ? "terminate" : nextAfter(code);
    if (code !== undefined && next !== "introduce") this.#context.events.onRefused(this.#peer, end);
    return { next, end };
  }

  async #introduce(): Promise<void> {
    try {
      await this.#context.syncWith(this.#peer, this.#stopper.signal);
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

  #terminate(end: ChannelEnd): void {
    this.#disconnect("terminated", end);
    this.#context.events.onTerminated(this, this.#wasStable);
  }

  #disconnect(state: "connecting" | "terminated", end: ChannelEnd): void {
    disconnect(this.channel, state, end, this.#context.events);
  }

  #sampleRtt(link: Link): void {
    const nowMs = this.#context.node.runtime.monoMs();
    if (nowMs - this.#lastRttMs < RTT_SAMPLE_INTERVAL_MS) return;
    this.#lastRttMs = nowMs;
    this.#context.recordRtt(this.#peer, link.connection.rttMicros());
  }
}

function closedHere(link: Link, { code, name }: CloseCode, next: Ending["next"]): Ending {
  link.close({ code, name });
  return { next, end: { code, reason: `closed here with ${code} ${name}`.trimEnd() } };
}

function nextAfter(code: number | undefined): Ending["next"] {
  if (code === CLOSE.unknownPeer.code) return "introduce";
  return code !== undefined && FINAL_CODES.has(code) ? "terminate" : "retry";
}
