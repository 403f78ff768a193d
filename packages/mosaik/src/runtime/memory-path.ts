import type { SeededRandom } from "./seeded-random.js";
import type { SimulatedHost } from "./simulated-host.js";

/** How long a packet takes from one host to another. */
export interface Latency {
  /** The least it takes, one way, in ms. */
  readonly baseMs: number;
  /** What is added at random to each packet, uniform in [0, jitterMs). */
  readonly jitterMs: number;
  /** The share of packets that are lost, from 0 to below 1: QUIC repeats them, so that they come late. Default: 0. */
  readonly lossRate?: number;
}

/** @throws RangeError unless a packet can take that long */
export function requireLatency({ baseMs, jitterMs, lossRate = 0 }: Latency): void {
  if (!(baseMs >= 0 && baseMs < Infinity)) throw new RangeError(`a latency is a number of ms, not ${baseMs}`);
  if (!(jitterMs >= 0 && jitterMs < Infinity)) throw new RangeError(`a jitter is a number of ms, not ${jitterMs}`);
  if (!(lossRate >= 0 && lossRate < 1)) throw new RangeError(`a loss rate is from 0 to below 1, not ${lossRate}`);
}

/** Something that travels along a path and waits while it is cut. */
export interface Traveller {
  /** Sends it once more after the path was mended. */
  resend(delayUs: number): void;
}

/** How long QUIC may take to notice that a path works again and to repeat what was lost, in microseconds. */
const recoveryUs = 300_000;
/** What QUIC waits beyond a round trip before it repeats a packet (RFC 9002: the peer's delay of acknowledgements), in microseconds. */
const acknowledgementDelayUs = 25_000;

/** The way from one host to another, one direction. */
export class MemoryPath {
  readonly from: SimulatedHost;
  readonly to: SimulatedHost;
  latency: Latency;
  /** What still travels is held back and repeated once the path is mended. */
  isCut = false;
  readonly #random: SeededRandom;
  #held: Traveller[] = [];

  constructor(from: SimulatedHost, to: SimulatedHost, latency: Latency, random: SeededRandom) {
    this.from = from;
    this.to = to;
    this.latency = latency;
    this.#random = random;
  }

  /** The time of the next packet, in microseconds. */
  drawUs(): number {
    return this.baseUs() + this.uniform(this.latency.jitterMs * 1_000) + this.#repeatedUs();
  }

  /** The least that a packet takes, in microseconds. */
  baseUs(): number {
    return Math.round(this.latency.baseMs * 1_000);
  }

  /** An integer, uniform in [0, limit). */
  uniform(limit: number): number {
    return limit < 1 ? 0 : Math.floor(this.#random.unit() * limit);
  }

  /** Keeps what met the cut. */
  hold(traveller: Traveller): void {
    this.#held.push(traveller);
  }

  /** What the losses of one packet cost: the wait for each repetition is twice that for the one before it (RFC 9002 §6.2). */
  #repeatedUs(): number {
    const { lossRate = 0 } = this.latency;
    if (lossRate === 0) return 0;
    let waitUs = 2 * this.baseUs() + acknowledgementDelayUs;
    let repeatedUs = 0;
    for (; this.#random.unit() < lossRate; waitUs *= 2) repeatedUs += waitUs;
    return repeatedUs;
  }

  /** Mends the path: what was held goes on, in its order. */
  mend(): void {
    this.isCut = false;
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = [];
    const delayUs = this.uniform(recoveryUs);
    for (const traveller of held) traveller.resend(delayUs);
  }
}
