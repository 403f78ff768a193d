import type { Connection } from "@mosaik/iroh/transport";
import { MosaikError, PeerId } from "../primitives/index.js";
import { CLOSE } from "./close-codes.js";
import type { LocalNode } from "./local-node.js";

/** Serves one accepted connection to its end. What it throws is reported, and the connection dropped. */
export type ProtocolHandler = (connection: Connection) => Promise<void>;

interface Route {
  readonly handler: ProtocolHandler;
  readonly concurrentMax: number;
  serving: number;
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

  /** @param concurrentMax connections served at once; further ones are dropped with code 0 */
  handle(alpn: string, concurrentMax: number, handler: ProtocolHandler): void {
    this.#routes.set(alpn, { handler, concurrentMax, serving: 0 });
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
    if (route.serving >= route.concurrentMax) {
      this.#node.metrics.counter("mosaik.network.connections.refused", { alpn: connection.alpn }).add();
      return connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
    }
    route.serving++;
    try {
      await route.handler(connection);
    } catch (error) {
      // What a peer does wrong is its affair; only what is no error of Mosaik's is a defect of ours.
      if (!(error instanceof MosaikError)) {
        this.#node.runtime.report(error, `serving ${connection.alpn} to ${PeerId.from(connection.remoteId).short()}`);
      }
    } finally {
      route.serving--;
      connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
    }
  }
}
