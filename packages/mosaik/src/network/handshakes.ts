import type { Connection } from "@mosaik/iroh/transport";
import type { Runtime } from "../runtime/index.js";
import { Places, type PlaceHolder } from "./places.js";

interface Handshake extends PlaceHolder {
  readonly connection: Connection;
}

/**
 * The handshakes of one protocol that are under way: its connections that have not said what they want. Where all places are taken the
 * peer that has most gives its oldest up to a peer with fewer; else the newcomer is refused.
 */
export class Handshakes {
  readonly #runtime: Pick<Runtime, "monoMs">;
  readonly #refuse: (connection: Connection) => void;
  readonly #places: Places<Handshake>;

  /** @param refuse closes a connection that has no place, or has it no more */
  constructor(runtime: Pick<Runtime, "monoMs">, concurrentMax: number, refuse: (connection: Connection) => void) {
    this.#runtime = runtime;
    this.#refuse = refuse;
    this.#places = new Places({ concurrentMax, waitingMax: 0, waitMaxMs: 0, safeMs: Infinity, paceMin: 0 });
  }

  /** @returns what the handshake came to; nothing where the connection was refused. Rejects as the handshake does. */
  async shake<T>(connection: Connection, handshake: () => Promise<T>): Promise<T | undefined> {
    const underWay = { connection, remoteId: connection.remoteId, movedBytes: 0 };
    const entrance = this.#places.enter(underWay, this.#runtime.monoMs());
    if (entrance.kind !== "serve") {
      this.#refuse(connection);
      return undefined;
    }
    if (entrance.displaced !== undefined) this.#refuse(entrance.displaced.connection);
    try {
      return await handshake();
    } finally {
      this.#places.leave(underWay);
    }
  }
}
