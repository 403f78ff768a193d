import type { PeerId } from "../primitives/index.js";

/**
 * Smoothed round-trip times by peer (spec 02 §12): RFC 6298 without the variance, which nobody reads. Samples are those of the
 * connection's selected path.
 */
export class RttTracker {
  readonly #smoothedMicros = new Map<PeerId, number>();

  /** @param micros a sample in microseconds; `undefined`, as from a connection without a selected path, is ignored */
  record(peer: PeerId, micros: number | undefined): void {
    if (micros === undefined) return;
    const known = this.#smoothedMicros.get(peer);
    this.#smoothedMicros.set(peer, known === undefined ? micros : (7 * known + micros) / 8);
  }

  /** The smoothed round-trip time in ms; `undefined` without a sample. */
  rttMs(peer: PeerId): number | undefined {
    const micros = this.#smoothedMicros.get(peer);
    return micros === undefined ? undefined : micros / 1000;
  }

  remove(peer: PeerId): void {
    this.#smoothedMicros.delete(peer);
  }
}
