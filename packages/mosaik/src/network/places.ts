/** How many are served at once, and what becomes of the others. */
export interface PlaceRules {
  readonly concurrentMax: number;
  /** Peers that may wait for a place. 0 for connections that are meant to last: nobody gives up a place for being quiet then. */
  readonly waitingMax: number;
  /** How long a peer waits at most, in ms. */
  readonly waitMaxMs: number;
  /** How long a place is safe, in ms. */
  readonly safeMs: number;
  /** A place is safe after that, too, while so much was moved on average, in bytes a second. */
  readonly paceMin: number;
}

/** What of places has to be known of a connection. */
export interface PlaceHolder {
  readonly remoteId: string;
  /** What was sent and received on it so far. */
  readonly movedBytes: number;
}

/** What becomes of a newcomer, and who makes room for it. */
export type Entrance<C> =
  | { readonly kind: "serve"; readonly displaced: C | undefined }
  | { readonly kind: "wait" }
  | { readonly kind: "refuse" };

/**
 * The places of one protocol, shared fairly: the peer that has most gives its oldest up to a peer with fewer; where everybody has as
 * few, newcomers wait in a line, one of a peer, those first whose peers have no place, and the slowest exchange makes room for them.
 * Whoever makes keys gets no more than a turn with each. Pure: time comes in with each call.
 */
export class Places<C extends PlaceHolder> {
  readonly #rules: PlaceRules;
  /** Those that are served, the oldest first, and since when. */
  readonly #serving = new Map<C, number>();
  /** Those that wait, the longest first, and since when. */
  readonly #waiting = new Map<C, number>();

  constructor(rules: PlaceRules) {
    this.#rules = rules;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  enter(newcomer: C, nowMs: number): Entrance<C> {
    if (this.#serving.size < this.#rules.concurrentMax && this.#waiting.size === 0) {
      this.#serving.set(newcomer, nowMs);
      return { kind: "serve", displaced: undefined };
    }
    const displaced = this.#excessive(newcomer);
    if (displaced !== undefined) {
      this.#serving.delete(displaced);
      this.#serving.set(newcomer, nowMs);
      return { kind: "serve", displaced };
    }
    const isOneMore = has(this.#waiting, newcomer.remoteId);
    if (isOneMore || this.#waiting.size >= this.#rules.waitingMax) return { kind: "refuse" };
    this.#waiting.set(newcomer, nowMs);
    return { kind: "wait" };
  }

  /** The connection was served to its end. */
  leave(connection: C): void {
    this.#serving.delete(connection);
  }

  /** The connection has ended, perhaps while it waited. */
  leaveLine(connection: C): void {
    this.#waiting.delete(connection);
  }

  /** Who is served now, who made room for them, and who has waited too long. To be asked after a `leave`, and now and then. */
  advance(nowMs: number): { served: C[]; displaced: C[]; late: C[] } {
    const { waitMaxMs, concurrentMax } = this.#rules;
    const late = [...this.#waiting].filter(([, sinceMs]) => nowMs - sinceMs >= waitMaxMs).map(([one]) => one);
    for (const one of late) this.#waiting.delete(one);
    const served: C[] = [];
    const displaced: C[] = [];
    for (let next = this.#first(); next !== undefined; next = this.#first()) {
      if (this.#serving.size >= concurrentMax) {
        const slowest = this.#slowest(nowMs);
        if (slowest === undefined) break;
        this.#serving.delete(slowest);
        displaced.push(slowest);
      }
      this.#waiting.delete(next);
      this.#serving.set(next, nowMs);
      served.push(next);
    }
    return { served, displaced, late };
  }

  /** Who waits longest of those whose peers have no place, or else of all. */
  #first(): C | undefined {
    let first: C | undefined;
    for (const connection of this.#waiting.keys()) {
      if (!has(this.#serving, connection.remoteId)) return connection;
      first ??= connection;
    }
    return first;
  }

  /** The oldest connection of the peer that has most, where that leaves it as many as the newcomer's peer gets. */
  #excessive(newcomer: C): C | undefined {
    const byPeer = new Map<string, C[]>();
    let most: C[] = [];
    for (const connection of this.#serving.keys()) {
      const connections = byPeer.get(connection.remoteId) ?? [];
      connections.push(connection);
      byPeer.set(connection.remoteId, connections);
      if (connections.length > most.length) most = connections;
    }
    const own = byPeer.get(newcomer.remoteId)?.length ?? 0;
    return most.length > own + 1 ? most[0] : undefined;
  }

  /** Who moved least for the time that it had, of those that were too slow. */
  #slowest(nowMs: number): C | undefined {
    let slowest: C | undefined;
    let least = this.#rules.paceMin / 1000;
    for (const [connection, sinceMs] of this.#serving) {
      const ageMs = nowMs - sinceMs;
      if (ageMs < this.#rules.safeMs || connection.movedBytes / ageMs >= least) continue;
      slowest = connection;
      least = connection.movedBytes / ageMs;
    }
    return slowest;
  }
}

function has(connections: ReadonlyMap<PlaceHolder, number>, remoteId: string): boolean {
  for (const connection of connections.keys()) if (connection.remoteId === remoteId) return true;
  return false;
}
