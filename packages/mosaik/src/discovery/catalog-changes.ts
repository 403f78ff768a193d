import type { PeerEntry } from "../network/index.js";
import { EventHub, type Lagged } from "../primitives/index.js";

/** What happened to the entry of another peer in the catalog. */
export type CatalogChange =
  /** The peer was not in the catalog. */
  | { readonly kind: "appeared"; readonly entry: PeerEntry }
  /** Its entry says something else than before, or the signed one came in the place of an unsigned one. */
  | { readonly kind: "updated"; readonly entry: PeerEntry; readonly previous: PeerEntry }
  /** It is in the catalog no more; `entry` is its last. */
  | { readonly kind: "departed"; readonly entry: PeerEntry }
  /** The reader was behind and lost changes: it must look at the whole catalog, which what comes next changes. */
  | { readonly kind: "reset"; readonly missed: number };

/** The changes of a catalog, for any number of readers. */
export class CatalogChanges {
  readonly #hub: EventHub<Exclude<CatalogChange, { kind: "reset" }>>;

  /** @param backlog how many changes are kept for a reader that is behind */
  constructor(backlog: number) {
    this.#hub = new EventHub(backlog);
  }

  emit(change: Exclude<CatalogChange, { kind: "reset" }>): void {
    this.#hub.emit(change);
  }

  /** The changes from now on. @param signal ends it: the wait under way rejects with the signal's reason */
  read(signal: AbortSignal | undefined): AsyncIterableIterator<CatalogChange> {
    const events = this.#hub.events({ signal, whenBehind: "dropAll" });
    return {
      next: async () => {
        const result = await events.next();
        return result.done === true ? result : { done: false, value: withReset(result.value) };
      },
      return: async () => {
        await events.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Ends every reader once it has read what is left. */
  close(): void {
    this.#hub.close();
  }
}

function withReset(event: CatalogChange | Lagged): CatalogChange {
  return event.kind === "lagged" ? { kind: "reset", missed: event.missed } : event;
}
