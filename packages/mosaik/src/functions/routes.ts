import {
  ALPN,
  CLOSE,
  PURPOSE,
  type KeptConnection,
  type KeptConnections,
  type LocalNode,
  type ServedStream,
} from "../network/index.js";
import { unlessAborted, type PeerId } from "../primitives/index.js";
import type { Connection } from "../runtime/index.js";
import { CallSession } from "./call-session.js";
import { Parcels } from "./parcels.js";
import { CALLS_VERSION, callsBodyCodec, joinId } from "./protocol.js";

/** How calls get to a peer: over the stream that all of them share, over a connection of its own, or in one exchange. */
export type Route =
  | { readonly kind: "exchange" }
  | { readonly kind: "session"; readonly session: CallSession }
  | { readonly kind: "own"; readonly connection: Connection };

/** The streams of calls that this node has opened, one for each TypeScript node that it calls. */
export class Routes {
  readonly #node: LocalNode;
  readonly #kept: KeptConnections;
  readonly #frameLimitBytes: number;
  readonly #sessions = new Map<PeerId, CallSession>();
  readonly #opening = new Map<KeptConnection, Promise<CallSession>>();
  readonly #parcels = new WeakMap<KeptConnection, Parcels>();
  readonly #syncs = new Map<PeerId, Promise<void>>();
  readonly #syncWith: (peer: PeerId) => Promise<void>;
  #lastSession = 0;
  #isClosed = false;

  /** @param syncWith makes this node known to a peer that does not know it */
  constructor(
    node: LocalNode,
    kept: KeptConnections,
    frameLimitBytes: number,
    syncWith: (peer: PeerId) => Promise<void>,
  ) {
    this.#node = node;
    this.#kept = kept;
    this.#frameLimitBytes = frameLimitBytes;
    this.#syncWith = syncWith;
  }

  /** The stream of calls with a peer, if there is one. */
  session(peer: PeerId): CallSession | undefined {
    const session = this.#sessions.get(peer);
    return session?.isOpen === true ? session : undefined;
  }

  /** Finds a way to a peer. @throws NetworkError as `KeptConnections.connect`; the signal's reason */
  async find(peer: PeerId, signal: AbortSignal): Promise<Route> {
    const session = this.session(peer);
    if (session !== undefined) return { kind: "session", session };
    if (this.#kept.isRust(peer)) return { kind: "exchange" };
    const reached = await this.#kept.connect(peer, ALPN.functions, { signal });
    if (reached.kind === "own") return reached;
    return { kind: "session", session: await unlessAborted(this.#open(reached.connection), signal) };
  }

  /** The peer refused the protocol of Rust: it is found out anew what it speaks. */
  forget(peer: PeerId): void {
    this.#kept.forget(peer);
  }

  /** Makes this node known to a peer; calls that need it at once share one sync. Never rejects. */
  introduce(peer: PeerId): Promise<void> {
    let sync = this.#syncs.get(peer);
    if (sync === undefined) {
      // What comes of it is seen by the next attempt.
      sync = this.#syncWith(peer)
        .catch(() => {})
        .finally(() => this.#syncs.delete(peer));
      this.#syncs.set(peer, sync);
    }
    return sync;
  }

  /** The large payloads on a connection. */
  parcelsOf(connection: KeptConnection): Parcels {
    let parcels = this.#parcels.get(connection);
    if (parcels === undefined) {
      parcels = new Parcels(this.#node.runtime);
      this.#parcels.set(connection, parcels);
    }
    return parcels;
  }

  /** Takes a stream that carries one payload. */
  arrive(
    { connection, link }: ServedStream,
    parcel: { session: number; isRequest: boolean; low: number; high: number },
  ): void {
    const key = { isOurSession: !parcel.isRequest, session: parcel.session, id: joinId(parcel) };
    this.parcelsOf(connection).arrive(key, link);
  }

  close(): void {
    this.#isClosed = true;
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  #open(connection: KeptConnection): Promise<CallSession> {
    const known = this.session(connection.peer);
    if (known !== undefined) return Promise.resolve(known);
    let opening = this.#opening.get(connection);
    if (opening === undefined) {
      opening = this.#openSession(connection).finally(() => this.#opening.delete(connection));
      this.#opening.set(connection, opening);
    }
    return opening;
  }

  async #openSession(connection: KeptConnection): Promise<CallSession> {
    const session = (this.#lastSession = (this.#lastSession + 1) >>> 0);
    const body = callsBodyCodec.encode({ kind: "Session", value: { session } });
    const stream = await connection.open(PURPOSE.calls, CALLS_VERSION, body);
    const { runtime } = this.#node;
    const context = { runtime, frameLimitBytes: this.#frameLimitBytes };
    const opened = new CallSession(context, connection, stream, session, this.parcelsOf(connection));
    if (this.#isClosed) {
      opened.close();
      stream.link.close(CLOSE.cancelled);
    }
    this.#sessions.set(connection.peer, opened);
    void stream.link.closed.then(() => {
      if (this.#sessions.get(connection.peer) === opened) this.#sessions.delete(connection.peer);
    });
    return opened;
  }
}
