import type { PeerId } from "../primitives/index.js";
import type { Cursor, Index } from "./positions.js";
import { HostedProviderContext, HostedSessionContext, type SyncHost } from "./sync-contexts.js";
import type { SyncGap, SyncProvider, SyncSession } from "./sync/sync.js";

/** One catch-up of this member. */
interface OpenSession {
  readonly context: HostedSessionContext;
  /** Nothing while the implementation makes it, or if it could not. */
  session: SyncSession<unknown> | undefined;
}

/**
 * The state sync of one member: its provider, and the session while it is behind (spec 05 §7). What the implementation throws is
 * reported; a session that threw is closed, and the leader's next message opens another.
 */
export class CatchUp {
  readonly #host: SyncHost;
  readonly #providerContext: HostedProviderContext;
  readonly #provider: SyncProvider<unknown>;
  #current: OpenSession | undefined;

  /** @throws what the implementation throws when it makes its provider */
  constructor(host: SyncHost) {
    this.#host = host;
    this.#providerContext = new HostedProviderContext(host, (task) => this.#runs(task));
    this.#provider = host.machine.sync.provider(this.#providerContext);
  }

  /** A message of another member: for the provider, else for the session. */
  receive(message: unknown, from: PeerId): void {
    let isTaken = true;
    this.#runs(() => (isTaken = this.#provider.receive(message, from)));
    if (!isTaken) this.#inSession((session) => session.receive(message, from));
  }

  /** This member is behind. A session that is open gives way. */
  begin(leader: PeerId, gap: SyncGap): void {
    this.end();
    const current: OpenSession = {
      context: new HostedSessionContext(
        this.#host,
        leader,
        (task) => this.#inSession(task),
        () => this.#close(current),
      ),
      session: undefined,
    };
    this.#current = current;
    const isMade = this.#runs(() => (current.session = this.#host.machine.sync.session(current.context, gap)));
    if (!isMade) this.#close(current);
    // Nothing was missing: it was done before it was here to be closed.
    else if (this.#current !== current) this.#runs(() => current.session?.close());
  }

  /** The leader went on while this member is behind. */
  leaderSent(gap: SyncGap): void {
    const { leader } = this.#host;
    if (this.#current !== undefined) this.#inSession((session) => session.leaderSent(gap));
    else if (leader !== undefined) this.begin(leader, gap);
  }

  leaderChanged(leader: PeerId): void {
    if (this.#current === undefined) return;
    this.#current.context.leader = leader;
    this.#inSession((session) => session.leaderChanged?.(leader));
  }

  bondsChanged(): void {
    this.#inSession((session) => session.bondsChanged?.());
  }

  /** Commands were applied. */
  committed(cursor: Cursor): void {
    this.#runs(() => this.#provider.committed?.(cursor));
  }

  /** Up to where the log may be pruned; nothing for "keep all". */
  safeToPrune(): Index | undefined {
    let index: Index | undefined;
    this.#runs(() => (index = this.#provider.safeToPrune?.()));
    return index;
  }

  /** Gives the session up. */
  end(): void {
    if (this.#current !== undefined) this.#close(this.#current);
  }

  close(): void {
    this.end();
    this.#runs(() => this.#provider.close?.());
    this.#providerContext.close();
  }

  /** @returns whether it went through */
  #inSession(use: (session: SyncSession<unknown>) => void): boolean {
    const current = this.#current;
    if (current?.session === undefined) return true;
    const { session } = current;
    const isFine = this.#runs(() => use(session));
    if (!isFine) this.#close(current);
    return isFine;
  }

  #close(current: OpenSession): void {
    if (this.#current !== current) return;
    this.#current = undefined;
    current.context.close();
    this.#runs(() => current.session?.close());
  }

  #runs(task: () => void): boolean {
    try {
      task();
      return true;
    } catch (error) {
      this.#host.runtime.report(error, `the state sync of group ${this.#host.groupId.short()}`);
      return false;
    }
  }
}
