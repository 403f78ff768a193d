import type { ConsensusConfig } from "../config.js";

/** What of a group's times a heartbeat goes by. */
export type HeartbeatConfig = Pick<
  ConsensusConfig,
  "heartbeatIntervalMs" | "heartbeatJitterMs" | "maxMissedHeartbeats"
>;

/** What there is to do at a tick. */
export type HeartbeatVerdict =
  /** It is not time yet. */
  | "wait"
  /** The bond is to show that it is alive. */
  | "beat"
  /** The peer is lost. */
  | "failed";

/**
 * When one side of a bond speaks, and when it gives the other up (spec 05 §4.8). Pure. Silence is counted by the ticks that were
 * looked at, never by the clock alone: after a pause of ours the peer has missed one, not all.
 */
export class Heartbeat {
  readonly #config: HeartbeatConfig;
  readonly #unit: () => number;
  readonly #periodMs: number;
  #nextMs: number;
  #heardMs: number;
  #missed = 0;

  /** The first tick is due at once. @param unit random numbers in [0, 1) */
  constructor(config: HeartbeatConfig, unit: () => number, nowMs: number) {
    this.#config = config;
    this.#unit = unit;
    this.#periodMs = this.#draw();
    this.#nextMs = nowMs;
    this.#heardMs = nowMs;
  }

  /** When the next tick is due. */
  get deadlineMs(): number {
    return this.#nextMs;
  }

  /** When the peer was heard last. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Something came from the peer, whatever it was. */
  heard(nowMs: number): void {
    this.#missed = 0;
    this.#heardMs = nowMs;
    this.#nextMs = nowMs + this.#draw();
  }

  tick(nowMs: number): HeartbeatVerdict {
    if (nowMs < this.#nextMs) return "wait";
    if (nowMs - this.#heardMs > silenceMs(this.#config)) this.#missed++;
    if (this.#missed >= this.#config.maxMissedHeartbeats) return "failed";
    this.#nextMs = nowMs + this.#periodMs;
    return "beat";
  }

  #draw(): number {
    const { heartbeatIntervalMs, heartbeatJitterMs } = this.#config;
    return heartbeatIntervalMs - Math.floor(this.#unit() * heartbeatJitterMs);
  }
}

/** A peer that is silent for longer has missed a heartbeat, in ms. */
export function silenceMs({ heartbeatIntervalMs, heartbeatJitterMs }: HeartbeatConfig): number {
  return heartbeatIntervalMs + heartbeatJitterMs;
}
