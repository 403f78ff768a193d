import { DecodeError } from "@mosaik/postcard";
import {
  CLOSE,
  PURPOSE,
  type CloseCode,
  type KeptConnection,
  type KeptConnections,
  type LocalNode,
  type ServedStream,
} from "../../network/index.js";
import { equalInConstantTime } from "../../primitives/index.js";
import { atMost, TransportError } from "../../runtime/index.js";
import { INTERVAL_MAX_MS, type ObserveConfig } from "../config.js";
import type { NodeStatus } from "../node-status.js";
import { proofOn } from "../proof.js";
import { observeRequestCodec, STATUS_VERSION } from "../protocol.js";
import { Attempts } from "./attempts.js";
import { Imager, type Image } from "./image.js";
import { ServedObserver } from "./observer.js";

/** Places that one peer may take. */
const PER_PEER_MAX = 4;
/** How long the last update may take to get across when the node closes, in ms. */
const DRAIN_MS = 500;

export interface StatusServerContext {
  readonly node: LocalNode;
  readonly kept: KeptConnections;
  readonly config: ObserveConfig;
  snapshot(): NodeStatus;
}

/** Tells those who may know how the node stands (spec 08 §3). */
export class StatusServer {
  readonly #context: StatusServerContext;
  readonly #observers = new Map<ServedObserver, KeptConnection>();
  readonly #attempts = new Attempts();
  readonly #imager = new Imager();
  readonly #metrics;
  #image: Image | undefined;
  #imagedAtMs = -Infinity;
  #isClosed = false;

  constructor(context: StatusServerContext) {
    this.#context = context;
    const { metrics } = context.node;
    this.#metrics = {
      observers: metrics.gauge("mosaik.status.observers"),
      updates: metrics.counter("mosaik.status.updates.sent"),
      bytes: metrics.counter("mosaik.status.bytes.sent"),
      refused: (code: number) => metrics.counter("mosaik.status.observers.refused", { code: String(code) }),
    };
    context.kept.serve(PURPOSE.status, {
      version: STATUS_VERSION,
      refusal: (opening) => {
        const refusal = this.#judge(opening);
        if (refusal !== undefined) this.#metrics.refused(refusal.code).add();
        return refusal;
      },
      serve: (stream) => this.#serve(stream),
    });
  }

  /** Ends the streams of all observers, in order. Takes at most half a second. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const ends = [...this.#observers.keys()].map((observer) => observer.finish());
    await atMost(this.#context.node.runtime, DRAIN_MS, Promise.allSettled(ends));
  }

  /** Who has a place, or may look, is judged before there is an answer. */
  #judge({ connection, body }: Pick<ServedStream, "connection" | "body">): CloseCode | undefined {
    try {
      const { proof } = observeRequestCodec.decode(body);
      if (!this.#mayLook(connection, proof?.bytes)) return CLOSE.notAllowed;
    } catch (error) {
      if (error instanceof DecodeError) return CLOSE.protocolViolation;
      // The connection was closed meanwhile.
      if (error instanceof TransportError) return CLOSE.notAllowed;
      throw error;
    }
    const { observersMax } = this.#context.config;
    let ofPeer = 0;
    for (const { peer } of this.#observers.values()) if (peer === connection.peer) ofPeer++;
    const hasRoom = this.#observers.size < observersMax && ofPeer < PER_PEER_MAX && !this.#isClosed;
    return hasRoom ? undefined : CLOSE.noCapacity;
  }

  #mayLook({ peer, connection }: KeptConnection, proof: Uint8Array | undefined): boolean {
    const { node, config } = this.#context;
    if (config.peers.has(peer)) return true;
    if (config.secret === undefined || proof === undefined) return false;
    const nowMs = node.runtime.monoMs();
    if (this.#attempts.areUsedUp(peer, nowMs)) return false;
    const sighting = { network: node.networkId, observer: peer, node: node.id };
    if (equalInConstantTime(proof, proofOn(connection, config.secret, sighting).bytes)) return true;
    this.#attempts.wrong(peer, nowMs);
    return false;
  }

  #serve(stream: ServedStream): void {
    const { node, config } = this.#context;
    const { intervalMs } = observeRequestCodec.decode(stream.body);
    const wantedMs = Math.min(INTERVAL_MAX_MS, Math.max(config.intervalMinMs, intervalMs));
    const context = {
      runtime: node.runtime,
      image: () => this.#imageNow(),
      onSent: (payloadBytes: number) => {
        this.#metrics.updates.add();
        this.#metrics.bytes.add(payloadBytes);
      },
    };
    const observer = new ServedObserver(context, stream, wantedMs);
    this.#observers.set(observer, stream.connection);
    this.#metrics.observers.set(this.#observers.size);
    void stream.link.closed.then(() => {
      this.#observers.delete(observer);
      this.#metrics.observers.set(this.#observers.size);
    });
  }

  /** However many look, the node takes stock no more often than one of them may be told. */
  #imageNow(): Image {
    const { node, config } = this.#context;
    const nowMs = node.runtime.monoMs();
    if (this.#image === undefined || nowMs - this.#imagedAtMs >= config.intervalMinMs) {
      this.#image = this.#imager.image(this.#context.snapshot());
      this.#imagedAtMs = nowMs;
    }
    return this.#image;
  }
}
