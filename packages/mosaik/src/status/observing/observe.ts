import { DecodeError } from "@mosaik/postcard";
import { CLOSE, FRAME_HEADER_BYTES, NetworkError, type Link } from "../../network/index.js";
import { PeerId, unlessAborted, type PeerIdLike } from "../../primitives/index.js";
import { INTERVAL_MAX_MS, secretBytes } from "../config.js";
import { StatusError } from "../errors.js";
import { updateFrameCodec } from "../protocol.js";
import type { Status } from "../status.js";
import { Assembly, MalformedUpdate } from "./assembly.js";
import { asStatusError, openStatus } from "./open.js";
import type { ObservedStatus } from "./rates.js";

/** How long beyond its interval a node may say nothing, in ms. */
const PATIENCE_MS = 10_000;
/** Says that an update was taken: a frame without anything in it. */
const TAKEN = new Uint8Array(FRAME_HEADER_BYTES);

/** Anything that has a status: a `Network`. */
export interface HasStatus {
  readonly status: Status;
}

/** How to look at a node. */
export interface ObserveStatusOptions {
  /** The secret that the node was joined with; not needed by who is on its list. */
  readonly secret?: string | Uint8Array | undefined;
  /** How often to be told, in ms, if the node does that. Default: 1000 */
  readonly intervalMs?: number;
  /** Ends the iteration: the wait under way rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at how another node of the network stands: what it tells at once, and then once an interval. Who takes longer for one status misses those in
 * between, and holds nobody up. Ends when the node leaves in order; looking anew after an error is up to the program.
 *
 * ```ts
 * for await (const status of observeStatus(network, peer, { secret: process.env.OBSERVE_SECRET })) {
 *   for (const { streamId, perSecond } of status.producers) console.log(streamId.short(), perSecond?.sent);
 * }
 * ```
 *
 * A program that does nothing else in the network carries the label `OBSERVER_TAG`, so that others do not count it.
 *
 * @throws StatusError; the signal's reason
 */
export async function* observeStatus(
  network: HasStatus,
  peer: PeerIdLike,
  options: ObserveStatusOptions = {},
): AsyncGenerator<ObservedStatus, void, void> {
  const { context } = network.status;
  const id = PeerId.from(peer);
  const { intervalMs = 1000, signal } = options;
  if (!(intervalMs > 0 && intervalMs <= INTERVAL_MAX_MS)) {
    throw new StatusError("invalidOption", `intervalMs must be from 1 to ${INTERVAL_MAX_MS}, not ${intervalMs}`);
  }
  if (id === context.node.id) {
    throw new StatusError(
      "invalidOption",
      "this is our own id: `network.status.snapshot()` tells how this node stands",
    );
  }
  const secret = options.secret === undefined ? undefined : secretBytes(options.secret);
  const link = await openStatus(context, { peer: id, secret, intervalMs: Math.ceil(intervalMs), signal });
  const updates = new Updates(link, id, signal);
  try {
    for (;;) {
      const status = await updates.next();
      if (status === undefined) return;
      context.discovery.rtt.record(id, link.connection.rttMicros());
      yield status;
      updates.taken();
    }
  } finally {
    link.close(CLOSE.success);
  }
}

/** The updates that come on one stream. */
class Updates {
  readonly #link: Link;
  readonly #peer: PeerId;
  readonly #signal: AbortSignal | undefined;
  readonly #assembly: Assembly;
  #intervalMs = 0;

  constructor(link: Link, peer: PeerId, signal: AbortSignal | undefined) {
    this.#link = link;
    this.#peer = peer;
    this.#signal = signal;
    this.#assembly = new Assembly(peer);
  }

  /** @returns nothing once the node has ended the stream in order. @throws StatusError; the signal's reason */
  async next(): Promise<ObservedStatus | undefined> {
    try {
      for (;;) {
        const frame = this.#link.recv(updateFrameCodec, { timeoutMs: this.#intervalMs + PATIENCE_MS });
        const update = this.#assembly.add(await unlessAborted(frame, this.#signal));
        if (update === undefined) continue;
        this.#intervalMs = update.head.intervalMs;
        return update.status;
      }
    } catch (error) {
      if (this.#signal?.aborted === true) throw error;
      if (error instanceof NetworkError && error.code === "ended") return undefined;
      if (!(error instanceof MalformedUpdate) && !(error instanceof DecodeError))
        throw asStatusError(error, this.#peer);
      this.#link.close(CLOSE.protocolViolation);
      const message = `peer ${this.#peer.short()} sent an update that makes no sense: ${error.message}`;
      throw new StatusError("protocolViolation", message, { peer: this.#peer, cause: error });
    }
  }

  /** The program has the last one: there may be another. */
  taken(): void {
    this.#link.sendFrames(TAKEN, 0);
  }
}
