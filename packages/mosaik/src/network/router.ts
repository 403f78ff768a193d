import type { Connection } from "@mosaik/iroh/transport";
import { MosaikError, PeerId } from "../primitives/index.js";
import type { CancelTimer } from "../runtime/index.js";
import { CLOSE } from "./close-codes.js";
import type { LocalNode } from "./local-node.js";
import { MeteredConnection } from "./metered-connection.js";
import { Places } from "./places.js";

/** Serves one accepted connection to its end. What it throws is reported, and the connection dropped. */
export type ProtocolHandler = (connection: Connection) => Promise<void>;

/** Whether a connection serves one exchange, after which it ends, or is meant to last. */
export type ConnectionKind = "exchange" | "lasting";

interface Route {
  readonly handler: ProtocolHandler;
  readonly kind: ConnectionKind;
  readonly places: Places<MeteredConnection>;
  cancelTimer: CancelTimer | undefined;
}

/** Peers that wait for a place of a protocol. */
const WAITING_MAX = 64;
/** How long they wait at most, in ms: less than a step of an exchange may take at the other side. */
const WAIT_MAX_MS = 8000;
/** How long an exchange may be silent while others wait, in ms. */
const SAFE_MS = 1000;
/** What an exchange has to move to be left alone longer, in bytes a second. */
const PACE_MIN = 16 * 1024;
/** While peers wait, the exchanges are looked at so often, in ms. */
const LOOK_INTERVAL_MS = 100;

/**
 * Accepts connections and hands each to the handler of its protocol (spec 01 §8). Every connection is served on its own: a peer
 * that is slow, silent or hostile delays nobody else.
 */
export class Router {
  readonly #node: LocalNode;
  readonly #routes = new Map<string, Route>();

  constructor(node: LocalNode) {
    this.#node = node;
  }

  /**
   * @param concurrentMax connections served at once. Beyond, the peer that has most gives its oldest up to a peer that has fewer.
   * Where there is none, exchanges wait for a place for up to 8 s, and one that is slower than 16 KiB/s makes room after a second;
   * connections that are meant to last are refused. Who is refused or makes room is closed with code 0
   */
  handle(alpn: string, concurrentMax: number, handler: ProtocolHandler, kind: ConnectionKind = "lasting"): void {
    const waitingMax = kind === "exchange" ? WAITING_MAX : 0;
    const rules = { concurrentMax, waitingMax, waitMaxMs: WAIT_MAX_MS, safeMs: SAFE_MS, paceMin: PACE_MIN };
    this.#routes.set(alpn, { handler, kind, places: new Places(rules), cancelTimer: undefined });
  }

  /** Accepts until the node is closed. */
  async run(): Promise<void> {
    for (;;) {
      const connection = await this.#node.accept();
      if (connection === undefined) return this.#stop();
      this.#enter(new MeteredConnection(connection));
    }
  }

  #enter(connection: MeteredConnection): void {
    const route = this.#routes.get(connection.alpn);
    if (route === undefined) return connection.close(CLOSE.invalidAlpn.code, CLOSE.invalidAlpn.name);
    const entrance = route.places.enter(connection, this.#node.runtime.monoMs());
    switch (entrance.kind) {
      case "serve":
        if (entrance.displaced !== undefined) this.#refuse(entrance.displaced);
        return void this.#serve(route, connection);
      case "refuse":
        return this.#refuse(connection);
      case "wait":
        void connection.closed.then(() => route.places.leaveLine(connection));
        this.#advance(route);
    }
  }

  async #serve(route: Route, connection: MeteredConnection): Promise<void> {
    try {
      await route.handler(route.kind === "exchange" ? connection : connection.inner);
    } catch (error) {
      // What a peer does wrong is its affair; only what is no error of Mosaik's is a defect of ours.
      if (!(error instanceof MosaikError)) {
        this.#node.runtime.report(error, `serving ${connection.alpn} to ${PeerId.from(connection.remoteId).short()}`);
      }
    } finally {
      route.places.leave(connection);
      connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
      this.#advance(route);
    }
  }

  /** Serves those who waited, where there is room or somebody makes it, and looks again while somebody waits. */
  #advance(route: Route): void {
    const { places } = route;
    if (places.waitingCount === 0) return;
    const { served, displaced, late } = places.advance(this.#node.runtime.monoMs());
    for (const connection of [...displaced, ...late]) this.#refuse(connection);
    for (const connection of served) void this.#serve(route, connection);
    if (places.waitingCount === 0) return;
    route.cancelTimer ??= this.#node.runtime.after(LOOK_INTERVAL_MS, () => {
      route.cancelTimer = undefined;
      this.#advance(route);
    });
  }

  #refuse(connection: Connection): void {
    this.#node.metrics.counter("mosaik.network.connections.refused", { alpn: connection.alpn }).add();
    connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
  }

  #stop(): void {
    for (const route of this.#routes.values()) route.cancelTimer?.();
  }
}
