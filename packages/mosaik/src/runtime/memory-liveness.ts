import { HostEvent, type SimulatedHost } from "./simulated-host.js";

/** How often QUIC sends a sign of life, in microseconds: so long may it take to learn that the peer lost its state. */
export const keepAliveUs = 5_000_000;

/**
 * Judges the silence of a peer. Signs of life are not simulated one by one: a peer is silent from the moment that something
 * keeps it from being heard, and heard again when nothing does.
 */
export class Silence {
  readonly #host: SimulatedHost;
  #timer: SilenceTimer | undefined;

  constructor(host: SimulatedHost) {
    this.#host = host;
  }

  /** Calls `onOver` after `limitUs` unless `end` is called before. Silence that lasts already goes on. */
  begin(limitUs: number, onOver: () => void): void {
    if (this.#timer !== undefined) return;
    this.#timer = new SilenceTimer(this.#host, onOver);
    this.#host.time.schedule(this.#timer, limitUs);
  }

  /** The peer was heard, or nobody listens any more. */
  end(): void {
    if (this.#timer !== undefined) this.#host.time.cancel(this.#timer);
    this.#timer = undefined;
  }
}

class SilenceTimer extends HostEvent {
  #onOver: (() => void) | undefined;

  constructor(host: SimulatedHost, onOver: () => void) {
    super(host);
    this.#onOver = onOver;
  }

  override release(): void {
    this.#onOver = undefined;
  }

  protected override get isTimer(): boolean {
    return true;
  }

  protected perform(): void {
    this.#onOver?.();
  }
}
