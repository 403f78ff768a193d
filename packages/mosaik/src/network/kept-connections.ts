import { TransportError, type Connection } from "@mosaik/iroh/transport";
import { unlessAborted, type PeerId, forgetOldest } from "../primitives/index.js";
import { ALPN } from "./alpn.js";
import { CLOSE, type CloseCode } from "./close-codes.js";
import { KeptConnection, type KeptContext, type PurposeHandler } from "./kept-connection.js";
import type { DialOptions, LocalNode } from "./local-node.js";
import type { Router } from "./router.js";

/** Connections kept at once, dialled and accepted together (spec 08 §1). */
const KEPT_MAX = 256;
/** A connection younger than this is taken for one with the restarted process, whose new entry came only now, in ms. */
const RESTARTED_WITHIN_MS = 5000;
/** Peers of which it is remembered what they speak. */
const REMEMBERED_MAX = 4096;

/** What the network room needs to know of who is in the network. */
export interface Membership {
  knows(peer: PeerId): boolean;
  /** When the peer's process started, as its entry says; `undefined` for a peer that is not known. */
  startedOf(peer: PeerId): bigint | undefined;
  /** Calls `listener` after each change of the entries, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** How a peer was reached: by a connection that is kept, or by one of the caller's own in the protocol that it named. */
export type Reached =
  | { readonly kind: "kept"; readonly connection: KeptConnection }
  | { readonly kind: "own"; readonly connection: Connection };

interface Remembered {
  readonly started: bigint | undefined;
  readonly isTypescript: boolean;
}

/**
 * The connections that this node keeps with other TypeScript nodes (spec 08 §1): at most one that it dialled and one that it
 * accepted for each peer, used for whatever only such nodes speak.
 */
export class KeptConnections {
  readonly #node: LocalNode;
  readonly #membership: Membership;
  readonly #purposes = new Map<number, PurposeHandler>();
  readonly #context: KeptContext;
  readonly #dialled = new Map<PeerId, KeptConnection>();
  readonly #accepted = new Map<PeerId, KeptConnection>();
  readonly #remembered = new Map<PeerId, Remembered>();
  /** Dials under way whose outcome is not known; they reject as the dial does. */
  readonly #dials = new Map<PeerId, Promise<Reached>>();
  readonly #startedAtConnect = new WeakMap<KeptConnection, bigint | undefined>();
  readonly #unsubscribe: () => void;

  constructor(node: LocalNode, router: Router, membership: Membership) {
    this.#node = node;
    this.#membership = membership;
    this.#context = { node, purposes: this.#purposes, knows: (peer) => membership.knows(peer) };
    this.#unsubscribe = membership.subscribe(() => this.#dropRestarted());
    // The bound is that of the kept connections, which are closed when they are not needed.
    router.handle(ALPN.typescript, Infinity, (connection) => this.#accept(connection));
  }

  /** Serves the streams of a purpose. */
  serve(purpose: number, handler: PurposeHandler): void {
    this.#purposes.set(purpose, handler);
  }

  /** The open connection with a peer, if there is one. */
  get(peer: PeerId): KeptConnection | undefined {
    const dialled = this.#dialled.get(peer);
    if (dialled?.isOpen === true) return dialled;
    const accepted = this.#accepted.get(peer);
    return accepted?.isOpen === true ? accepted : undefined;
  }

  /**
   * Reaches a peer, by the connection that is kept with it or by a dial. The dial offers `mosaik-ts/1` beside the protocol of Rust, and
   * what the peer chooses is remembered until it is restarted.
   *
   * @param alternative the protocol that is spoken with a Rust peer
   * @throws NetworkError `unreachable`, `timeout`, `cancelled`, `closed`; the signal's reason
   */
  async connect(peer: PeerId, alternative: string, options: DialOptions = {}): Promise<Reached> {
    for (;;) {
      const kept = this.get(peer);
      if (kept !== undefined) return { kind: "kept", connection: kept };
      const speaks = this.#recall(peer);
      if (speaks?.isTypescript === false) return this.#dialOwn(peer, alternative, options);
      const pending = this.#dials.get(peer);
      if (pending === undefined) return this.#dialFirst(peer, alternative, options.signal);
      const reached = await unlessAborted(pending, options.signal);
      if (reached.kind === "kept") return reached;
    }
  }

  /** Whether a peer is known to speak Rust's protocols only: no connection is kept with it. */
  isRust(peer: PeerId): boolean {
    return this.get(peer) === undefined && this.#recall(peer)?.isTypescript === false;
  }

  /** The peer refused the protocol that it was remembered for. */
  forget(peer: PeerId): void {
    this.#remembered.delete(peer);
  }

  /** Closes every connection. */
  close(reason: CloseCode): void {
    this.#unsubscribe();
    for (const kept of this.#all()) kept.close(reason);
  }

  async #dialOwn(peer: PeerId, alternative: string, options: DialOptions): Promise<Reached> {
    try {
      return { kind: "own", connection: await this.#node.dial(peer, alternative, options) };
    } catch (error) {
      if (isAlpnRefused(error)) this.forget(peer);
      throw error;
    }
  }

  /** Dials for everybody who wants to reach the peer meanwhile; a connection of Rust's protocol is for the first alone. */
  async #dialFirst(peer: PeerId, alternative: string, signal: AbortSignal | undefined): Promise<Reached> {
    const dial = this.#dial(peer, alternative).finally(() => this.#dials.delete(peer));
    this.#dials.set(peer, dial);
    try {
      return await unlessAborted(dial, signal);
    } catch (error) {
      // The first has given up: nobody would close a connection of its own.
      if (signal?.aborted === true) void dial.then(dropOwn, () => {});
      throw error;
    }
  }

  async #dial(peer: PeerId, alternative: string): Promise<Reached> {
    const isKnown = this.#recall(peer)?.isTypescript === true;
    let connection: Connection;
    try {
      connection = await this.#node.dial(peer, isKnown ? ALPN.typescript : [ALPN.typescript, alternative]);
    } catch (error) {
      if (!isKnown || !isAlpnRefused(error)) throw error;
      this.forget(peer);
      connection = await this.#node.dial(peer, [ALPN.typescript, alternative]);
    }
    const isTypescript = connection.alpn === ALPN.typescript;
    this.#remember(peer, isTypescript);
    if (!isTypescript) return { kind: "own", connection };
    this.#makeRoom(true);
    return { kind: "kept", connection: this.#keep(this.#dialled, connection) };
  }

  async #accept(connection: Connection): Promise<void> {
    if (!this.#makeRoom(false)) {
      this.#node.metrics.counter("mosaik.network.connections.refused", { alpn: connection.alpn }).add();
      return connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
    }
    this.#keep(this.#accepted, connection);
    await connection.closed;
  }

  #keep(side: Map<PeerId, KeptConnection>, connection: Connection): KeptConnection {
    const kept = new KeptConnection(this.#context, connection);
    // A peer that connects anew has lost the connection before.
    side.get(kept.peer)?.close(CLOSE.cancelled);
    side.set(kept.peer, kept);
    this.#startedAtConnect.set(kept, this.#membership.startedOf(kept.peer));
    this.#count();
    void connection.closed.then(() => {
      if (side.get(kept.peer) === kept) side.delete(kept.peer);
      this.#count();
    });
    return kept;
  }

  /** @param byForce whether a connection in use may be closed for it */
  #makeRoom(byForce: boolean): boolean {
    if (this.#dialled.size + this.#accepted.size < KEPT_MAX) return true;
    let oldest: KeptConnection | undefined;
    for (const kept of this.#all()) {
      if (!byForce && !kept.isIdle) continue;
      if (oldest === undefined || comesBefore(kept, oldest)) oldest = kept;
    }
    if (oldest === undefined) return false;
    oldest.close(CLOSE.success);
    for (const side of [this.#dialled, this.#accepted]) if (side.get(oldest.peer) === oldest) side.delete(oldest.peer);
    return true;
  }

  /** A peer that was restarted answers no more on its old connection, and may speak something else now. */
  #dropRestarted(): void {
    const nowMs = this.#node.runtime.monoMs();
    for (const kept of this.#all()) {
      const started = this.#membership.startedOf(kept.peer);
      const before = this.#startedAtConnect.get(kept);
      if (started === undefined || started === before) continue;
      this.#startedAtConnect.set(kept, started);
      if (before !== undefined && nowMs - kept.openedAtMs > RESTARTED_WITHIN_MS) kept.close(CLOSE.cancelled);
    }
  }

  #recall(peer: PeerId): Remembered | undefined {
    const remembered = this.#remembered.get(peer);
    if (remembered === undefined) return undefined;
    const started = this.#membership.startedOf(peer);
    if (started === undefined || started === remembered.started) return remembered;
    this.#remembered.delete(peer);
    return undefined;
  }

  #remember(peer: PeerId, isTypescript: boolean): void {
    this.#remembered.delete(peer);
    this.#remembered.set(peer, { started: this.#membership.startedOf(peer), isTypescript });
    forgetOldest(this.#remembered, REMEMBERED_MAX);
  }

  *#all(): Iterable<KeptConnection> {
    yield* this.#dialled.values();
    yield* this.#accepted.values();
  }

  #count(): void {
    this.#node.metrics.gauge("mosaik.network.connections.kept").set(this.#dialled.size + this.#accepted.size);
  }
}

/** Whether to close `a` rather than `b`: what is not in use first, then what was not for longest. */
function comesBefore(a: KeptConnection, b: KeptConnection): boolean {
  return a.isIdle === b.isIdle ? a.lastUsedMs < b.lastUsedMs : a.isIdle;
}

function dropOwn(reached: Reached): void {
  if (reached.kind === "own") reached.connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
}

/** The peer serves none of the protocols that were offered. */
export function isAlpnRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof TransportError && cause.code === "alpnRefused";
}
