import type { Connection } from "@mosaik/iroh/transport";
import { MosaikError, PeerId } from "../primitives/index.js";
import { CLOSE } from "./close-codes.js";
import type { LocalNode } from "./local-node.js";

/** Serves one accepted connection to its end. What it throws is reported, and the connection dropped. */
export type ProtocolHandler = (connection: Connection) => Promise<void>;

interface Route {
  readonly handler: ProtocolHandler;
  readonly concurrentMax: number;
  /** The oldest first. */
  readonly serving: Set<Connection>;
}

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
   * @param concurrentMax connections served at once. Beyond, the peer that has most gives its oldest up to a peer that has fewer, and
   * where there is none the newest is refused; both are closed with code 0
   */
  handle(alpn: string, concurrentMax: number, handler: ProtocolHandler): void {
    this.#routes.set(alpn, { handler, concurrentMax, serving: new Set() });
  }

  /** Accepts until the node is closed. */
  async run(): Promise<void> {
    for (;;) {
      const connection = await this.#node.accept();
      if (connection === undefined) return;
      void this.#serve(connection);
    }
  }

  async #serve(connection: Connection): Promise<void> {
    const route = this.#routes.get(connection.alpn);
    if (route === undefined) return connection.close(CLOSE.invalidAlpn.code, CLOSE.invalidAlpn.name);
    if (route.serving.size >= route.concurrentMax) {
      this.#node.metrics.counter("mosaik.network.connections.refused", { alpn: connection.alpn }).add();
      const refused = displacedBy(connection, route.serving) ?? connection;
      refused.close(CLOSE.dropped.code, CLOSE.dropped.name);
      if (refused === connection) return;
      route.serving.delete(refused);
    }
    route.serving.add(connection);
    try {
      await route.handler(connection);
    } catch (error) {
      // What a peer does wrong is its affair; only what is no error of Mosaik's is a defect of ours.
      if (!(error instanceof MosaikError)) {
        this.#node.runtime.report(error, `serving ${connection.alpn} to ${PeerId.from(connection.remoteId).short()}`);
      }
    } finally {
      route.serving.delete(connection);
      connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
    }
  }
}

/** The oldest connection of the peer that has most, where that leaves it as many as the newcomer's peer gets. */
function displacedBy(newcomer: Connection, serving: ReadonlySet<Connection>): Connection | undefined {
  const byPeer = new Map<string, Connection[]>();
  let most: Connection[] = [];
  for (const connection of serving) {
    const connections = byPeer.get(connection.remoteId) ?? [];
    connections.push(connection);
    byPeer.set(connection.remoteId, connections);
    if (connections.length > most.length) most = connections;
  }
  const own = byPeer.get(newcomer.remoteId)?.length ?? 0;
  return most.length > own + 1 ? most[0] : undefined;
}
