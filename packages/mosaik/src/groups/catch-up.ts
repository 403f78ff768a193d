import type { PeerId } from "../primitives/index.js";
import type { Cursor, Index } from "./positions.js";
import { HostedProviderContext, HostedPullContext, HostedSessionContext, type SyncHost } from "./sync-contexts.js";
import type { SyncGap, SyncProvider, SyncPull, SyncSession } from "./sync/sync.js";

/** What is open: nothing is in `session` while the implementation makes it, or if it could not. */
type Open =
  | { readonly kind: "catchUp"; readonly context: HostedSessionContext; session: SyncSession<unknown> | undefined }
  | { readonly kind: "pull"; readonly context: HostedPullContext; session: SyncPull<unknown> | undefined };

/**
 * The state sync of one member: its provider, the session while it is behind its leader (spec 05 §7), and the pull while it is behind
 * others and there is no leader (§19 D5). What the implementation throws is reported; a session that threw is closed, and the leader's
 * next message opens another; a pull that threw is done.
 */
export class CatchUp {
  readonly #host: SyncHost;
  readonly #providerContext: HostedProviderContext;
  readonly #provider: SyncProvider<unknown>;
  #current: Open | undefined;

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
    const current: Open & { kind: "catchUp" } = {
      kind: "catchUp",
      context: new HostedSessionContext(this.#host, leader, {
        guard: (task) => this.#inSession(task),
        end: () => this.#close(current),
        onDone: () => this.#host.synced(),
      }),
      session: undefined,
    };
    this.#open(current, () => (current.session = this.#host.machine.sync.session(current.context, gap)));
  }

  /** Others may have more than this member, and nobody leads. */
  pull(from: readonly PeerId[]): void {
    this.end();
    const current: Open & { kind: "pull" } = {
      kind: "pull",
      context: new HostedPullContext(this.#host, {
        guard: (task) => this.#inSession(task),
        end: () => this.#close(current),
        onDone: () => this.#host.pulled(),
      }),
      session: undefined,
    };
    const { sync } = this.#host.machine;
    if (sync.pull === undefined) this.#host.pulled();
    else this.#open(current, () => (current.session = sync.pull!(current.context, from)));
  }

  /** The leader went on while this member is behind. */
  leaderSent(gap: SyncGap): void {
    const { leader } = this.#host;
    if (this.#current?.kind === "catchUp") this.#inCatchUp((session) => session.leaderSent(gap));
    else if (leader !== undefined) this.begin(leader, gap);
  }

  leaderChanged(leader: PeerId): void {
    if (this.#current?.kind !== "catchUp") return;
    this.#current.context.leader = leader;
    this.#inCatchUp((session) => session.leaderChanged?.(leader));
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

  /** Gives the session or the pull up. */
  end(): void {
    if (this.#current !== undefined) this.#close(this.#current);
  }

  close(): void {
    this.end();
    this.#runs(() => this.#provider.close?.());
    this.#providerContext.close();
  }

  #open(current: Open, make: () => void): void {
    this.#current = current;
    const isMade = this.#runs(make);
    if (!isMade) this.#fail(current);
    // Nothing was missing: it was done before it was here to be closed.
    else if (this.#current !== current) this.#runs(() => current.session?.close());
  }

  #inCatchUp(use: (session: SyncSession<unknown>) => void): void {
    const current = this.#current;
    this.#inSession(() => current?.kind === "catchUp" && current.session !== undefined && use(current.session));
  }

  /** @returns whether it went through */
  #inSession(use: (session: SyncPull<unknown>) => void): boolean {
    const current = this.#current;
    if (current?.session === undefined) return true;
    const { session } = current;
    const isFine = this.#runs(() => use(session));
    if (!isFine) this.#fail(current);
    return isFine;
  }

  /** The core waits for the end of a pull. */
  #fail(current: Open): void {
    if (this.#current !== current) return;
    this.#close(current);
    if (current.kind === "pull") this.#host.pulled();
  }

  #close(current: Open): void {
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
