import { PeerId, type PeerIdLike } from "../primitives/index.js";
import { StatusError } from "./errors.js";

/** The shortest secret of observers, in characters or bytes: a shorter one can be guessed. */
export const OBSERVE_SECRET_MIN_LENGTH = 16;
/** The longest that an observer may ask to be left without an update, in ms. */
export const INTERVAL_MAX_MS = 3_600_000;

/** Who may look at how this node stands. Who satisfies either of `secret` and `peers` may. */
export interface ObserveOptions {
  /**
   * What observers show that they know, without sending it: at least 16 characters or bytes. Who is asked for a proof could try secrets on it, so use
   * a random one.
   */
  readonly secret?: string | Uint8Array;
  /** Peers that need no secret. */
  readonly peers?: Iterable<PeerIdLike>;
  /** No observer is told more often than this, in ms. Default: 250 */
  readonly intervalMinMs?: number;
  /** So many may look at once. Default: 16 */
  readonly observersMax?: number;
}

/** `ObserveOptions`, checked and with their defaults. */
export interface ObserveConfig {
  readonly secret: Uint8Array | undefined;
  readonly peers: ReadonlySet<PeerId>;
  readonly intervalMinMs: number;
  readonly observersMax: number;
}

/** @throws StatusError `invalidOption`; TypeError for peers that are no ids */
export function observeConfig(options: ObserveOptions): ObserveConfig {
  const { secret, peers, intervalMinMs = 250, observersMax = 16 } = options;
  if (secret === undefined && peers === undefined) {
    throw new StatusError("invalidOption", "observe needs a secret, or the peers that may look");
  }
  if (!(intervalMinMs >= 50 && intervalMinMs <= INTERVAL_MAX_MS)) {
    throw new StatusError("invalidOption", `observe.intervalMinMs must be from 50 to 3600000, not ${intervalMinMs}`);
  }
  if (!Number.isInteger(observersMax) || observersMax < 1) {
    throw new StatusError("invalidOption", `observe.observersMax must be a positive integer, not ${observersMax}`);
  }
  return {
    secret: secret === undefined ? undefined : secretBytes(secret),
    peers: new Set(Array.from(peers ?? [], (peer) => PeerId.from(peer))),
    intervalMinMs,
    observersMax,
  };
}

/** The bytes of a secret; a text as UTF-8. @throws StatusError `invalidOption` for one that is too short */
export function secretBytes(secret: string | Uint8Array): Uint8Array {
  if (secret.length >= OBSERVE_SECRET_MIN_LENGTH) {
    return typeof secret === "string" ? new TextEncoder().encode(secret) : secret.slice();
  }
  const message = `the secret of observers has ${secret.length} characters or bytes, and needs ${OBSERVE_SECRET_MIN_LENGTH}`;
  throw new StatusError("invalidOption", message);
}
