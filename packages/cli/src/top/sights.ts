import { setTimeout as delay } from "node:timers/promises";
import type { Network, PeerId, PeerInfo } from "mosaik";
import { observeStatus, StatusError, type StatusErrorCode } from "mosaik/status";
import type { Sight } from "./state.js";

/** Peers that are looked at, at once. */
const LOOKED_AT_MAX = 64;
/** How long a peer that does not tell is left alone, in ms. */
const REFUSED_RETRY_MS = 60_000;
/** How long one is that could not be reached, or was lost, in ms. */
const LOST_RETRY_MS = 5000;

const WHY: Readonly<Record<StatusErrorCode, string>> = {
  notServed: "off",
  notAllowed: "not allowed",
  noCapacity: "no room",
  unreachable: "unreachable",
  closed: "lost",
  timeout: "no answer",
  protocolViolation: "nonsense",
  exporterUnavailable: "no proof",
  invalidOption: "no proof",
};
/** They say the same again for a while. */
const LASTING = new Set<StatusErrorCode>(["notServed", "notAllowed", "noCapacity", "exporterUnavailable"]);

export interface SightsOptions {
  readonly network: Network;
  readonly secret: string | undefined;
  readonly intervalMs: number;
  /** Something is known that was not. */
  onChange(): void;
}

interface Watch {
  sight: Sight;
  readonly end: AbortController;
}

/** Looks at the peers of the catalog, each by itself, for as long as they are there. */
export class Sights {
  readonly #options: SightsOptions;
  readonly #watches = new Map<PeerId, Watch>();

  constructor(options: SightsOptions) {
    this.#options = options;
  }

  of(peer: PeerId): Sight {
    return this.#watches.get(peer)?.sight ?? { kind: "unasked" };
  }

  /** Whether every peer has told, or has said that it does not. */
  get areComplete(): boolean {
    return [...this.#watches.values()].every(({ sight }) => sight.kind !== "asking");
  }

  /** Looks at these peers from now on. @param first one that is looked at even where they are too many */
  look(peers: readonly PeerInfo[], first?: PeerId): void {
    const present = new Set(peers.map(({ id }) => id));
    for (const peer of this.#watches.keys()) if (!present.has(peer)) this.#drop(peer);
    if (first !== undefined && present.has(first)) this.#begin(first, LOOKED_AT_MAX + 1);
    for (const { id } of peers) this.#begin(id, LOOKED_AT_MAX);
  }

  close(): void {
    for (const peer of [...this.#watches.keys()]) this.#drop(peer);
  }

  #begin(peer: PeerId, max: number): void {
    if (this.#watches.has(peer) || this.#watches.size >= max) return;
    const watch: Watch = { sight: { kind: "asking" }, end: new AbortController() };
    this.#watches.set(peer, watch);
    void this.#watch(peer, watch);
  }

  #drop(peer: PeerId): void {
    this.#watches.get(peer)?.end.abort();
    this.#watches.delete(peer);
  }

  async #watch(peer: PeerId, watch: Watch): Promise<void> {
    const { network, secret, intervalMs } = this.#options;
    const { signal } = watch.end;
    const see = (sight: Sight): void => {
      watch.sight = sight;
      this.#options.onChange();
    };
    while (!signal.aborted) {
      let pauseMs = LOST_RETRY_MS;
      try {
        for await (const status of observeStatus(network, peer, { secret, intervalMs, signal })) {
          see({ kind: "told", status });
        }
        see({ kind: "silent", why: "left" });
      } catch (error) {
        if (signal.aborted) return;
        const code = error instanceof StatusError ? error.code : "closed";
        see({ kind: "silent", why: WHY[code] });
        if (LASTING.has(code)) pauseMs = REFUSED_RETRY_MS;
      }
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
